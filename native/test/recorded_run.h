// Runs that scripts/record-runs.cjs has recorded while the op table ran: a Program with its operands, in a file of its own.
//
//   int32 × 4   magic, words, scalars, leaves
//   int32 …     the Program
//   float64 …   scalars
//   bytes       the input region
//   bytes …     each leaf's contents before the run
#pragma once

namespace hebb::test {

constexpr int RECORDED_RUN = 0x62626568;  // "hebb"

void play_recorded_run(const char* path);

}  // namespace hebb::test
