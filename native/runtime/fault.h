// Why a run failed, as numbers: JS words the message.
#pragma once
#include <stdint.h>

namespace hebb {

// The first fault by (command, row) wins, whatever the threads.
struct Fault {
  enum Code : int32_t {
    none = 0,
    index_range = 1,
    offset_range = 2,
    memory = 3,
    stopped = 4,
    cause = 5,
    zero_divisor = 6,
    weights = 7,
    file = 8
  };
  int32_t code = none;
  int32_t command = 0;  // position in the Program
  int64_t row = 0;      // which element of the index or label operand
  int64_t value = 0;    // the offending value; for `memory` the bytes asked for
  int64_t limit = 0;    // valid values are 0 … limit-1; for `memory` the budget; for `weights` the draws without replacement
  int64_t cause_run = 0;  // for `cause`: the failed run that this one needed
};

}  // namespace hebb
