// Making room for the operands of a run.
#include "ops/play.h"

namespace hebb {

void Play::prepare(const Program& program) {
  program_ = &program;
  estimate = program.nanoseconds();
  steady = program.steady();
  scalars_.resize(size_t(program.scalars()));
  uses.resize(program.leaves().size());
  bases_.resize(2 + program.leaves().size());
  bases_[0] = input_.ensure(program.input_bytes());
  bases_[1] = output_.ensure(program.output_bytes());
}

}  // namespace hebb
