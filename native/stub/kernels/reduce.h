#pragma once
namespace hebb { struct ReduceKernels { int unused; }; }
