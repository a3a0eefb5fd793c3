// Decoding a Program: every count, size, offset and reference is checked, so that a replay needs no check but of its operands.
#include <algorithm>

#include "ops/program.h"

namespace hebb {

class Program::Decoder {
 public:
  Decoder(const int32_t* words, int64_t count, const std::vector<OpDef>& ops, std::string& error)
      : words_(words), count_(count), ops_(ops), error_(error) {}

  bool decode(Program& program) {
    return header(program) && leaves(program) && buffers(program) && commands(program) &&
           (next_ == count_ || fail("words are left over: " + std::to_string(count_ - next_)));
  }

 private:
  bool fail(const std::string& why) {
    error_ = why;
    return false;
  }
  bool enough(int64_t items, int64_t words, const char* what) {
    return items <= (count_ - next_) / words || fail(std::string("too short for its ") + what);
  }
  static int64_t wide(int32_t low, int32_t high) { return int64_t(uint32_t(low)) | int64_t(high) << 32; }

  bool header(Program& program) {
    constexpr int64_t WORDS = 8;
    if (count_ < WORDS) return fail("too short for a header");
    if (words_[0] != VERSION) return fail("version " + std::to_string(words_[0]) + ", expected " + std::to_string(VERSION));
    for (int64_t i = 1; i < WORDS; i++) {
      if (words_[i] < 0) return fail("negative size or count in the header");
    }
    program.workspace_bytes_ = words_[1] * ALIGN;
    program.input_bytes_ = words_[2] * ALIGN;
    program.output_bytes_ = words_[3] * ALIGN;
    leaf_count_ = words_[4];
    program.scalars_ = words_[5];
    buffer_count_ = words_[6];
    command_count_ = words_[7];
    next_ = WORDS;
    return true;
  }

  bool leaves(Program& program) {
    if (!enough(leaf_count_, 3, "leaves")) return false;
    for (int32_t i = 0; i < leaf_count_; i++, next_ += 3) {
      const Leaf leaf = {Access(words_[next_]), wide(words_[next_ + 1], words_[next_ + 2])};
      if (words_[next_] < 0 || words_[next_] > 2 || leaf.bytes < 0)
        return fail("leaf " + std::to_string(i) + " has no valid access and size");
      program.leaves_.push_back(leaf);
    }
    return true;
  }

  bool buffers(Program& program) {
    if (!enough(buffer_count_, 4, "buffers")) return false;
    const int64_t region_bytes[3] = {program.workspace_bytes_, program.input_bytes_, program.output_bytes_};
    for (int32_t i = 0; i < buffer_count_; i++, next_ += 4) {
      const int32_t region = words_[next_], place = words_[next_ + 1];
      const int64_t bytes = wide(words_[next_ + 2], words_[next_ + 3]);
      const std::string name = "buffer " + std::to_string(i);
      if (region < 0 || region > 3 || place < 0 || bytes < 0) return fail(name + " has no valid region, place and size");
      if (region == 3) {
        if (place >= leaf_count_ || bytes > program.leaves_[size_t(place)].bytes) return fail(name + " is not within a leaf");
        buffers_.push_back({region, place, bytes});
        program.places_.push_back({3 + place, 0});
      } else {
        if (bytes > region_bytes[region] - place * ALIGN) return fail(name + " is not within its region");
        buffers_.push_back({region, place * ALIGN, bytes});
        program.places_.push_back({region, place * ALIGN});
      }
    }
    program.pointers_.resize(buffers_.size());
    return true;
  }

  bool commands(Program& program) {
    program.first_write_ = command_count_;
    if (!enough(command_count_, 2, "commands")) return false;
    program.commands_.reserve(size_t(command_count_));
    for (int32_t i = 0; i < command_count_; i++) {
      if (!enough(1, 2, "commands")) return false;
      const int32_t opcode = words_[next_], arguments = words_[next_ + 1];
      next_ += 2;
      if (opcode < 0 || opcode >= int64_t(ops_.size()))
        return fail("command " + std::to_string(i) + ": there is no opcode " + std::to_string(opcode));
      const std::string name = "command " + std::to_string(i) + " [" + ops_[size_t(opcode)].name + "] ";
      if (arguments < 0 || arguments > count_ - next_) return fail(name + "is cut off");
      Reader reader(words_ + next_, arguments, buffers_, program.scalars_);
      next_ += arguments;
      std::unique_ptr<Command> command = ops_[size_t(opcode)].decode(reader);
      if (command != nullptr && reader.ok() && !reader.at_end()) reader.fail("too many arguments");
      if (command == nullptr || !reader.ok()) return fail(name + reader.error());
      if (!order(program, i, *command, reader)) return fail(name + error_);
      program.nanoseconds_ += command->nanoseconds;
      program.scratch_bytes_ = std::max(program.scratch_bytes_, round_up(command->scratch, ALIGN));
      program.commands_.push_back(std::move(command));
    }
    constexpr int64_t COMMAND_BYTES = 512;  // a decoded command with its chain, roughly
    program.bytes_ = int64_t(sizeof(Program)) + count_ * 4 + command_count_ * COMMAND_BYTES + buffer_count_ * 24 + leaf_count_ * 16;
    return true;
  }

  // Who may write what, and that nothing can fail once a variable is written.
  bool order(Program& program, int32_t index, const Command& command, const Reader& reader) {
    for (const int32_t number : reader.writes()) {
      const Buffer& buffer = buffers_[size_t(number)];
      if (buffer.region == 1) return fail("writes the input region");
      if (buffer.region != 3) continue;
      const Access access = program.leaves_[size_t(buffer.place)].access;
      if (access == Access::read) return fail("writes leaf " + std::to_string(buffer.place) + ", which is only read");
      if (access != Access::variable) continue;
      program.steady_ = false;
      program.first_write_ = std::min(program.first_write_, index);
    }
    return !command.can_fail || index < program.first_write_ ||
           fail("can fail, but a variable has been written or would be written in part");
  }

  const int32_t* words_;
  int64_t count_, next_ = 0;
  const std::vector<OpDef>& ops_;
  std::string& error_;
  int32_t leaf_count_ = 0, buffer_count_ = 0, command_count_ = 0;
  std::vector<Buffer> buffers_;
};

std::unique_ptr<Program> Program::decode(const int32_t* words, int64_t count, const std::vector<OpDef>& ops, std::string& error) {
  std::unique_ptr<Program> program(new Program);
  if (!Decoder(words, count, ops, error).decode(*program)) return nullptr;
  return program;
}

}  // namespace hebb
