// What an op's estimate is made of.
#pragma once
#include <stdint.h>

namespace hebb {

constexpr double COMMAND_NANOSECONDS = 40;  // of any command, however small

// Moving so many bytes, on one thread: what fits the caches is probably there.
static inline double memory_nanoseconds(double bytes) {
  constexpr double CACHED = 4e6;
  return bytes < CACHED ? bytes * 0.012 : CACHED * 0.012 + (bytes - CACHED) * 0.04;
}

}  // namespace hebb
