// The table of kernels of one ISA: plain function pointers, one group per family. Each kernels/<family>.cpp fills its group;
// kernels/table.cpp, compiled once per ISA, exports them as the only visible symbol of that ISA.
#pragma once
#include "base/types.h"
#include "kernels/attention.h"
#include "kernels/chain.h"
#include "kernels/conv.h"
#include "kernels/gemm.h"
#include "kernels/group_norm.h"
#include "kernels/layer_norm.h"
#include "kernels/move.h"
#include "kernels/optimizer.h"
#include "kernels/peak.h"
#include "kernels/pool.h"
#include "kernels/recurrent.h"
#include "kernels/reduce.h"
#include "kernels/scan.h"
#include "kernels/softmax.h"
#include "kernels/sort.h"
#include "kernels/transpose.h"

namespace hebb {

struct KernelTable {
  const char* isa;
  int lanes;  // f32 lanes of a vector
  AttentionKernels attention;
  ChainKernels chain;
  ConvKernels conv;
  GemmKernels gemm;
  GroupNormKernels group_norm;
  LayerNormKernels layer_norm;
  MoveKernels move;
  OptimizerKernels optimizer;
  PoolKernels pool;
  ReduceKernels reduce;
  ScanKernels scan;
  SoftmaxKernels softmax;
  SortKernels sort;
  TransposeKernels transpose;
  PeakKernels peak;
  RecurrentKernels recurrent;
};

}  // namespace hebb
