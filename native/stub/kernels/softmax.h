#pragma once
namespace hebb { struct SoftmaxKernels { int unused; }; }
