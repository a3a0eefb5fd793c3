#pragma once
namespace hebb { struct TransposeKernels { int unused; }; }
