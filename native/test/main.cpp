// native_tests: all tests, or those whose name contains the argument. Arguments that are files are played as recorded runs
// instead (see recorded_run.h), on one thread and on several.
#include <stdio.h>
#include <string.h>

#include <atomic>

#include "test/check.h"
#include "test/recorded_run.h"

namespace hebb::test {

static Test* first = nullptr;
static std::atomic<int> failures{0};

Test::Test(const char* name, void (*body)()) : name(name), body(body), next(first) { first = this; }

void check(bool holds, const char* what, const char* file, int line) {
  if (holds) return;
  failures++;
  printf("%s:%d: %s does not hold\n", file, line, what);
}

static int run_all(const char* part) {
  int count = 0;
  for (const Test* test = first; test != nullptr; test = test->next) {
    if (strstr(test->name, part) == nullptr) continue;
    const int before = failures;
    test->body();
    printf("%s %s\n", failures == before ? "ok  " : "FAIL", test->name);
    fflush(stdout);
    count++;
  }
  printf("%d tests, %d failures\n", count, failures.load());
  return failures == 0 && count > 0 ? 0 : 1;
}

static int play_all(int count, char** paths) {
  for (int i = 0; i < count; i++) {
    const int before = failures;
    play_recorded_run(paths[i]);
    if (failures != before) printf("FAIL %s\n", paths[i]);
  }
  printf("%d recorded runs, %d failures\n", count, failures.load());
  return failures == 0 ? 0 : 1;
}

}  // namespace hebb::test

int main(int count, char** arguments) {
  FILE* const file = count > 1 ? fopen(arguments[1], "rb") : nullptr;
  if (file == nullptr) return hebb::test::run_all(count > 1 ? arguments[1] : "");
  fclose(file);
  return hebb::test::play_all(count - 1, arguments + 1);
}
