// Playing a recorded run twice, on one thread and on three: nothing may go wrong, and both must leave the same bits.
#include "test/recorded_run.h"

#include <stdio.h>
#include <string.h>

#include <string>
#include <vector>

#include "ops/play.h"
#include "test/check.h"
#include "test/test_runtime.h"

namespace hebb::test {

static std::vector<char> read_file(const char* path) {
  std::vector<char> bytes;
  char piece[65536];
  if (FILE* file = fopen(path, "rb")) {
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;) bytes.insert(bytes.end(), piece, piece + n);
    fclose(file);
  }
  return bytes;
}

// Hands out the file's parts one after the other; null past its end.
class Parts {
 public:
  explicit Parts(const std::vector<char>& bytes) : next_(bytes.data()), left_(int64_t(bytes.size())) {}
  const char* take(int64_t bytes) {
    if (bytes < 0 || bytes > left_) return nullptr;
    const char* const part = next_;
    next_ += bytes;
    left_ -= bytes;
    return part;
  }

 private:
  const char* next_;
  int64_t left_;
};

// The run's fault, and all that it wrote: leaf after leaf, then the output region. Empty where the file is broken.
static std::vector<char> play(const Program& program, Parts parts, int threads) {
  Runtime& runtime = test_runtime();
  StorageTable storages(runtime.pool);
  Play play(runtime);
  std::vector<Storage*> leaves;
  play.prepare(program);
  const char* const scalars = parts.take(8 * int64_t(program.scalars()));
  const char* const input = parts.take(program.input_bytes());
  if (scalars == nullptr || input == nullptr) return {};
  if (program.scalars() > 0) memcpy(play.scalars(), scalars, size_t(8 * program.scalars()));
  if (program.input_bytes() > 0) memcpy(play.input(), input, size_t(program.input_bytes()));
  for (size_t i = 0; i < program.leaves().size(); i++) {
    const int64_t bytes = program.leaves()[i].bytes;
    const char* const contents = parts.take(bytes);
    if (contents == nullptr) return {};
    leaves.push_back(storages.create(bytes));
    if (bytes > 0) memcpy(leaves.back()->data, contents, size_t(bytes));
    play.set_leaf(int64_t(i), leaves.back());
  }
  perform(play, threads);
  // A test may have recorded a failing run on purpose: then both must fail alike.
  const int64_t fault[] = {play.fault.code, play.fault.command, play.fault.row, play.fault.value, play.fault.limit};
  std::vector<char> written(reinterpret_cast<const char*>(fault), reinterpret_cast<const char*>(fault + 5));
  for (const Storage* leaf : leaves)
    written.insert(written.end(), static_cast<char*>(leaf->data), static_cast<char*>(leaf->data) + leaf->bytes);
  const char* const output = static_cast<const char*>(play.output());
  written.insert(written.end(), output, output + program.output_bytes());
  storages.clear();
  return written;
}

void play_recorded_run(const char* path) {
  const std::vector<char> bytes = read_file(path);
  int32_t header[4] = {};
  Parts parts(bytes);
  if (const char* head = parts.take(sizeof header)) memcpy(header, head, sizeof header);
  const char* const words = parts.take(4 * int64_t(header[1]));
  CHECK(header[0] == RECORDED_RUN && words != nullptr);
  if (header[0] != RECORDED_RUN || words == nullptr) return;
  std::vector<int32_t> code;
  code.resize(size_t(header[1]));
  memcpy(code.data(), words, code.size() * 4);
  std::string error;
  const std::unique_ptr<Program> program = Program::decode(code.data(), int64_t(code.size()), op_list(), error);
  if (program == nullptr) printf("%s: %s\n", path, error.c_str());
  CHECK(program != nullptr);
  if (program == nullptr) return;
  const std::vector<char> alone = play(*program, parts, 1);
  CHECK(!alone.empty());
  CHECK(alone == play(*program, parts, 3));
}

}  // namespace hebb::test
