// A Program as native code holds it: decoded and validated once, replayed with other leaves, scalars and small inputs.
// docs/program.md has the layout.
#pragma once
#include <stdint.h>

#include <memory>
#include <string>
#include <vector>

#include "ops/op.h"
#include "ops/reader.h"
#include "ops/run.h"
#include "runtime/executor.h"

namespace hebb {

struct Runtime;

enum class Access : int32_t { read = 0, result = 1, variable = 2 };

struct Leaf {
  Access access;
  int64_t bytes;
};

class Program {
 public:
  static constexpr int32_t VERSION = 1;

  // Null with the reason in `error`.
  static std::unique_ptr<Program> decode(const int32_t* words, int64_t count, const std::vector<OpDef>& ops, std::string& error);

  int64_t input_bytes() const { return input_bytes_; }
  int64_t output_bytes() const { return output_bytes_; }
  const std::vector<Leaf>& leaves() const { return leaves_; }
  int32_t scalars() const { return scalars_; }
  bool steady() const { return steady_; }            // overwrites no variable
  double nanoseconds() const { return nanoseconds_; }  // estimate on one thread
  int64_t bytes() const { return bytes_; }           // what it holds itself, roughly

  // Runs all commands, by the holder of the executor's lock. `bases` are input, output and the leaves' data; sizes were checked.
  Fault replay(Runtime& runtime, const Site& site, const double* scalars, void* const* bases) const;

 private:
  class Decoder;
  // Where a buffer lies: bases are workspace, input, output, then the leaves.
  struct Place {
    int32_t base;
    int64_t offset;
  };

  int64_t workspace_bytes_ = 0, input_bytes_ = 0, output_bytes_ = 0, scratch_bytes_ = 0;
  std::vector<Leaf> leaves_;
  int32_t scalars_ = 0;
  std::vector<Place> places_;
  std::vector<std::unique_ptr<Command>> commands_;
  int32_t first_write_ = 0;  // the first command that writes a variable: from it on nothing fails and nothing stops
  bool steady_ = true;
  double nanoseconds_ = 0;
  int64_t bytes_ = 0;
  mutable std::vector<void*> pointers_;  // by buffer; filled anew by each replay, of which there is one at a time
};

}  // namespace hebb
