#pragma once
namespace hebb { struct GemmKernels { int unused; }; }
