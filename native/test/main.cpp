// native_tests: all tests, or those whose name contains the argument. Where that is a folder, the recorded runs in it are played instead
// (see recorded_run.h), on one thread and on several; or one, where it is a file.
#include <stdio.h>
#include <string.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

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

static int play_all(const std::filesystem::path& place) {
  std::vector<std::string> paths;
  if (!is_directory(place)) paths.push_back(place.string());
  else {
    for (const auto& entry : std::filesystem::directory_iterator(place)) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    const int before = failures;
    play_recorded_run(path.c_str());
    if (failures != before) printf("FAIL %s\n", path.c_str());
  }
  printf("%d recorded runs, %d failures\n", int(paths.size()), failures.load());
  return failures == 0 && !paths.empty() ? 0 : 1;
}

}  // namespace hebb::test

int main(int count, char** arguments) {
  const char* const argument = count > 1 ? arguments[1] : "";
  return std::filesystem::exists(argument) ? hebb::test::play_all(argument) : hebb::test::run_all(argument);
}
