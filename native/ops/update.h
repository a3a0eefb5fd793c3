// An optimizer's command: a rule's kernel over a table of segments in groups, and the options that all rules have in common. The rules
// are in update_rules.cpp.
#pragma once
#include <vector>

#include "ops/op.h"
#include "ops/run.h"
#include "ops/segments.h"

namespace hebb {

// The hyper-parameters of a group, as runtime scalars: lr, weightDecay, l1, then the rule's own.
struct Hyper {
  const Run& run;
  int32_t first;
  double operator[](int k) const { return run.scalar(first + k); }
};

constexpr int LR = 0, DECAY = 1, L1 = 2, OWN = 3;
constexpr int32_t DECOUPLED = 1;  // the flag of every rule; the others are the rule's own

struct UpdateRule {
  struct Variant {
    UpdateKernel OptimizerKernels::* kernel;
    int states;  // how many arrays of the parameter's size
  };

  int numbers;      // of hyper-parameters of its own
  int32_t flags;    // the largest value of the flags that choose a variant
  bool has_number;  // whether a state of one value follows the arrays
  Variant (*variant)(int32_t flags);
  // Fills in what the kernel needs in a parameter's step `taken`, counted from 1; may update its number.
  void (*coefficients)(const Hyper& hyper, double taken, float* number, UpdateStep& step);
};

std::unique_ptr<Command> decode_update(Reader& reader, const UpdateRule& rule);

}  // namespace hebb
