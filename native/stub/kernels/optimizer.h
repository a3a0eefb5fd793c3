#pragma once
namespace hebb { struct OptimizerKernels { int unused; }; }
