// Decoding refuses what is wrong, and a replay does what was decoded. With ops of its own, so that only the Program is tested.
#include <string.h>

#include <random>
#include <string>
#include <vector>

#include "ops/play.h"
#include "test/check.h"
#include "test/test_runtime.h"

namespace hebb {

namespace {

// fill: count, S, out: B. Every element becomes the scalar.
std::unique_ptr<Command> decode_fill(Reader& reader) {
  struct Fill : Command {
    int64_t count;
    int32_t scalar, out;
    void run(Run& run) const override {
      run.parallel(ceil_div(count, 64), 1e6, [&](int64_t block, int worker) {
        static_cast<char*>(run.thread_scratch(worker))[0] = 1;
        for (int64_t i = block * 64; i < count && i < block * 64 + 64; i++) run.ptr<float>(out)[i] = float(run.scalar(scalar));
      });
    }
  };
  auto command = std::make_unique<Fill>();
  command->count = reader.size();
  command->scalar = reader.scalar();
  command->out = reader.write(reader.product(command->count, 4));
  command->scratch = 100;
  return command;
}

// add: count, from: B, to: B. to += from.
std::unique_ptr<Command> decode_add(Reader& reader) {
  struct Add : Command {
    int64_t count;
    int32_t from, to;
    void run(Run& run) const override {
      memset(run.scratch(), 1, 100);
      for (int64_t i = 0; i < count; i++) run.ptr<float>(to)[i] += run.ptr<float>(from)[i];
    }
  };
  auto command = std::make_unique<Add>();
  command->count = reader.size();
  command->from = reader.read(command->count * 4);
  command->to = reader.write(command->count * 4);
  command->scratch = 100;
  return command;
}

// fail: rows. The rows from 5 on are out of range.
std::unique_ptr<Command> decode_fail(Reader& reader) {
  struct Fail : Command {
    int32_t rows;
    void run(Run& run) const override {
      run.parallel(rows, 1e9, [&](int64_t row, int) {
        if (row >= 5) run.fail(Fault::index_range, row, 100 + row, 10);
      });
    }
  };
  auto command = std::make_unique<Fail>();
  command->rows = reader.integer(0, 1000);
  command->can_fail = true;
  return command;
}

const std::vector<OpDef> OPS = {{"fill", decode_fill}, {"add", decode_add}, {"fail", decode_fail}};
constexpr int32_t READ = 0, RESULT = 1, VARIABLE = 2, WORKSPACE = 0, INPUT = 1, OUTPUT = 2, LEAF = 3;

std::unique_ptr<Program> decode(const std::vector<int32_t>& words, std::string& error) {
  return Program::decode(words.data(), int64_t(words.size()), OPS, error);
}

void refused(const std::vector<int32_t>& words, const char* why) {
  std::string error;
  const bool none = decode(words, error) == nullptr;
  if (!none || error.find(why) == std::string::npos) printf("expected \"%s\" but received \"%s\"\n", why, error.c_str());
  CHECK(none && error.find(why) != std::string::npos);
}

// One read leaf, one variable of 8 floats; workspace, input and output of 64 bytes each; two scalars.
std::vector<int32_t> program_of(std::vector<std::vector<int32_t>> commands) {
  std::vector<int32_t> words = {1, 1, 1, 1, 2, 2, 5, int32_t(commands.size()), READ, 32, 0, VARIABLE, 32, 0};
  for (const std::vector<int32_t>& buffer :
       {std::vector<int32_t>{WORKSPACE, 0, 64, 0}, {INPUT, 0, 32, 0}, {OUTPUT, 0, 32, 0}, {LEAF, 0, 32, 0}, {LEAF, 1, 32, 0}}) {
    words.insert(words.end(), buffer.begin(), buffer.end());
  }
  for (const std::vector<int32_t>& command : commands) words.insert(words.end(), command.begin(), command.end());
  return words;
}

// workspace = scalar 1; workspace += leaf 0; workspace += input; variable += workspace; output = workspace
const std::vector<int32_t> GOOD =
    program_of({{0, 3, 8, 1, 0}, {1, 3, 8, 3, 0}, {1, 3, 8, 1, 0}, {1, 3, 8, 0, 4}, {0, 3, 8, 0, 2}, {1, 3, 8, 0, 2}});
}  // namespace

TEST(a_program_runs_again_with_other_operands) {
  Runtime& runtime = test::test_runtime();
  std::string error;
  const std::unique_ptr<Program> program = decode(GOOD, error);
  CHECK(program != nullptr && !program->steady());
  StorageTable storages(runtime.pool);
  Storage* const x = storages.create(32);
  Storage* const variable = storages.create(32);
  memset(variable->data, 0, 32);
  Play play(runtime);
  for (int round = 1; round <= 3; round++) {
    play.prepare(*program);
    for (int i = 0; i < 8; i++) {
      static_cast<float*>(x->data)[i] = float(i);
      static_cast<float*>(play.input())[i] = 100;
    }
    play.scalars()[0] = 0;
    play.scalars()[1] = 1000 * round;
    play.set_leaf(0, x);
    play.set_leaf(1, variable);
    test::perform(play, round);
    CHECK(play.fault.code == Fault::none);
    for (int i = 0; i < 8; i++) {
      CHECK(static_cast<const float*>(play.output())[i] == float(1000 * round + 100 + i));
      CHECK(static_cast<float*>(variable->data)[i] == float(500 * round * (round + 1) + 100 * round + i * round));
    }
  }
  storages.clear();
}

TEST(the_smallest_row_is_told) {
  std::string error;
  const std::unique_ptr<Program> program = decode(program_of({{0, 3, 8, 0, 0}, {2, 1, 1000}, {1, 3, 8, 0, 4}}), error);
  CHECK(program != nullptr);
  StorageTable storages(test::test_runtime().pool);
  Play play(test::test_runtime());
  for (int round = 0; round < 20; round++) {
    play.prepare(*program);
    play.set_leaf(0, storages.create(32));
    play.set_leaf(1, storages.create(32));
    static_cast<float*>(play.uses[1].storage->data)[0] = 3;
    play.failures_seen = 1000;
    test::perform(play, 3);
    CHECK(play.fault.code == Fault::index_range && play.fault.command == 1 && play.fault.row == 5);
    CHECK(play.fault.value == 105 && play.fault.limit == 10);
    CHECK(static_cast<float*>(play.uses[1].storage->data)[0] == 3 && play.uses[1].storage->failure > 0);
  }
  storages.clear();
}

TEST(a_wrong_program_is_refused) {
  refused({}, "too short");
  refused({2, 0, 0, 0, 0, 0, 0, 0}, "version 2");
  refused({1, 0, 0, -1, 0, 0, 0, 0}, "negative");
  refused({1, 0, 0, 0, INT32_MAX, 0, 0, 0}, "leaves");
  refused({1, 0, 0, 0, 0, 0, INT32_MAX, 0}, "buffers");
  refused({1, 0, 0, 0, 0, 0, 0, INT32_MAX}, "commands");
  refused({1, 0, 0, 0, 0, 0, 0, 0, 0}, "left over");
  refused({1, 0, 0, 0, 1, 0, 0, 0, 3, 32, 0}, "leaf 0");
  refused({1, 0, 0, 0, 1, 0, 0, 0, 0, 32, -1}, "leaf 0");
  refused({1, 1, 0, 0, 0, 0, 1, 0, WORKSPACE, 0, 65, 0}, "not within its region");
  refused({1, 1, 0, 0, 0, 0, 1, 0, WORKSPACE, 1, 1, 0}, "not within its region");
  refused({1, 1, 0, 0, 0, 0, 1, 0, WORKSPACE, -1, 1, 0}, "no valid region");
  refused({1, 1, 0, 0, 0, 0, 1, 0, 4, 0, 1, 0}, "no valid region");
  refused({1, 0, 0, 0, 1, 0, 1, 0, RESULT, 32, 0, LEAF, 0, 33, 0}, "not within a leaf");
  refused({1, 0, 0, 0, 1, 0, 1, 0, RESULT, 32, 0, LEAF, 1, 1, 0}, "not within a leaf");
  refused(program_of({{3, 0}}), "no opcode 3");
  refused(program_of({{0, 9, 8, 1, 0}}), "cut off");
  refused(program_of({{0, -1}}), "cut off");
  refused(program_of({{0, 2, 8, 1}}), "too few arguments");
  refused(program_of({{0, 4, 8, 1, 0, 0}}), "too many arguments");
  refused(program_of({{0, 3, 8, 2, 0}}), "no scalar 2");
  refused(program_of({{0, 3, 17, 1, 0}}), "holds 64 bytes, needed are 68");
  refused(program_of({{0, 3, -1, 1, 0}}), "not in 0");
  refused(program_of({{0, 3, 8, 1, 5}}), "no buffer 5");
  refused(program_of({{0, 3, 8, 1, 3}}), "writes leaf 0");
  refused(program_of({{0, 3, 8, 1, 1}}), "writes the input");
  refused(program_of({{0, 3, 8, 1, 4}, {2, 1, 1}}), "can fail");
}

TEST(no_mutation_of_a_program_does_harm) {
  std::mt19937 random(1);
  const int32_t interesting[] = {0, 1, -1, 2, 3, 7, 8, 16, 17, 64, INT32_MAX, INT32_MIN};
  StorageTable storages(test::test_runtime().pool);
  Executor& executor = test::test_runtime().executor;
  test::WaitingLane waiting(executor);
  Play play(test::test_runtime());
  int played = 0;
  for (int i = 0; i < 100'000; i++) {
    std::vector<int32_t> words = GOOD;
    for (unsigned n = 1 + random() % 3; n > 0; n--) words[random() % words.size()] = interesting[random() % 12];
    if (random() % 8 == 0) words.resize(random() % words.size());
    std::string error;
    const std::unique_ptr<Program> program = decode(words, error);
    CHECK((program == nullptr) != error.empty());
    if (program == nullptr) continue;
    double need = double(program->input_bytes()) + double(program->output_bytes()) + 8.0 * program->scalars();
    for (const Leaf& leaf : program->leaves()) need += double(leaf.bytes);
    if (need > 1 << 16) continue;
    play.prepare(*program);
    for (size_t k = 0; k < program->leaves().size(); k++) play.set_leaf(int64_t(k), storages.create(program->leaves()[k].bytes));
    CHECK(executor.try_run(waiting.lane, play));
    played++;
    storages.clear();
  }
  CHECK(played > 1000);
  executor.leave(waiting.lane, 0);
}

}  // namespace hebb
