// Everything that differs between operating systems, and nothing else: time, pages, threads, waiting, files, limits.
#pragma once
#include <stdint.h>

#include <atomic>

namespace hebb::os {

int64_t now();  // nanoseconds of a clock that never goes back

// Whole pages, zero-filled; null when there are none. From HUGE_PAGE on they are aligned to it, and huge ones are asked for.
constexpr int64_t HUGE_PAGE = 2 << 20;
void* reserve(int64_t bytes);
void release(void* pages, int64_t bytes);

bool start_thread(void (*body)(void*), void* context);  // detached: it lives as long as the process
void yield();
int cpu();     // the processor that the calling thread is on; -1 where the system doesn't say
int thread();  // the calling thread, for keep_off; -1 where that does nothing
// Keeps `thread` off one processor from now on: it may use all others that the main thread may. What was said before no longer holds.
void keep_off(int thread, int cpu);
void sleep(int64_t nanoseconds);
void wait(std::atomic<uint32_t>& word, uint32_t expected);  // sleeps while word == expected, until woken; may wake for no reason
void wake_all(std::atomic<uint32_t>& word);

int usable_cores();       // what affinity and container quotas leave to this process
int64_t usable_memory();  // bytes: physical memory, or the container's limit where that is less
struct Caches {
  int64_t l1, l2, l3;  // bytes of data cache; a typical value where the system doesn't say
};
Caches caches();

// Up to `bytes` of an open file, a descriptor of Node's, from `position` on: how many were read, 0 at its end, -1 where the system refuses.
int64_t read_at(int file, void* to, int64_t bytes, int64_t position);

void keep_loaded();  // this library stays mapped though every environment that loaded it ends: its threads go on

// One step of a spinning loop: tells the core, not the system.
static inline void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb");
#endif
}

// Spins for `patience` nanoseconds, then gives the core away at each step: the thread waited for may need this one.
class Backoff {
 public:
  explicit Backoff(int64_t patience) : patience_(patience) {}
  void step() {
    for (int i = 0; i < 8; i++) pause();
    if (yielding_) return yield();
    const int64_t time = now();
    if (since_ == 0) since_ = time;
    yielding_ = time - since_ > patience_;
  }

 private:
  int64_t patience_, since_ = 0;
  bool yielding_ = false;
};

}  // namespace hebb::os
