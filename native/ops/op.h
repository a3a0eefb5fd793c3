// What an op is to native code: a decoder that validates its arguments and a Command that runs. Ops decide loops, tiles and
// threads; they call kernels through the KernelTable and never see an ISA.
#pragma once
#include <memory>
#include <vector>

#include "base/types.h"
#include "kernels/table.h"

namespace hebb {

class Reader;  // ops/reader.h
class Run;     // ops/run.h

// One decoded command of a Program. Immutable: the same Command may run many times, one run at a time.
class Command {
 public:
  virtual ~Command() = default;
  virtual void run(Run& run) const = 0;

  double nanoseconds = 100;  // estimate on one thread; decides whether a Program runs in the call
  int64_t scratch = 0;       // bytes of shared scratch this command needs while it runs (64-byte aligned)
  bool can_fail = false;     // may call Run::fail
};

// Reads and validates a command's arguments; returns null after Reader::fail.
using Decode = std::unique_ptr<Command> (*)(Reader& reader);

struct OpDef {
  const char* name;  // as docs/program.md has it
  Decode decode;
};

extern const std::vector<OpDef>& op_list();  // ops/list.cpp: an opcode is an index in it

}  // namespace hebb
