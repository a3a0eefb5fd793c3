// Fork and join without locks, and when to spin, to yield and to sleep.
#include "runtime/workers.h"

#include <algorithm>

#include "runtime/os.h"

namespace hebb {

constexpr int64_t SPIN = 20'000;           // a waiting thread keeps its core for so long, then gives it away at each step
constexpr int64_t AWAKE_AFTER = 100'000;   // workers sleep so long after a Program …
constexpr int64_t AWAKE_IN = 2'000'000;    // … and after so long without work inside one
constexpr double WORTH_WAKING = 40'000;    // ns of work; less is done before a sleeper is up
constexpr double CLAIM = 2'000;            // ns of work that one claim should bring

int Workers::set_threads(int threads) {
  threads = std::clamp(threads, 1, MAX_THREADS);
  wanted_.store(threads, std::memory_order_relaxed);
  return threads;
}

bool Workers::prepare() {
  members_[0].scratch = os::reserve(SCRATCH);
  return members_[0].scratch != nullptr;
}

bool Workers::recruit(int index) {
  Member& member = members_[index];
  member.workers = this;
  member.index = index;
  if (member.scratch == nullptr) member.scratch = os::reserve(SCRATCH);
  if (member.scratch == nullptr) return false;
  return os::start_thread([](void* context) { static_cast<Member*>(context)->workers->work(static_cast<Member*>(context)->index); },
                          &member);
}

void Workers::begin(double nanoseconds) {
  const int wanted = wanted_.load(std::memory_order_relaxed);
  while (recruited_ < wanted && recruit(recruited_)) recruited_++;
  crew_.store(std::min(recruited_, wanted), std::memory_order_relaxed);
  spread();
  busy_.store(true, std::memory_order_relaxed);
  if (nanoseconds >= WORTH_WAKING) wake();
}

// A system may let a worker share the caller's processor for milliseconds before its balancer looks, which halves the speed.
void Workers::spread() {
  const int cpu = os::cpu();
  for (int i = 1; i < crew_.load(std::memory_order_relaxed); i++) {
    Member& member = members_[i];
    const int thread = member.thread.load(std::memory_order_acquire);
    if (member.off_cpu == cpu || thread < 0) continue;
    os::keep_off(thread, cpu);
    member.off_cpu = cpu;
  }
}

void Workers::end() { busy_.store(false, std::memory_order_relaxed); }

void Workers::wake() {
  if (crew_.load(std::memory_order_relaxed) == 1 || sleepers_.load() == 0) return;
  bell_.fetch_add(1);
  os::wake_all(bell_);
}

void Workers::run(int64_t blocks, double nanoseconds, BlockFn fn, const void* context, const std::atomic<bool>* stop) {
  const int64_t crew = crew_.load(std::memory_order_relaxed);
  if (crew == 1 || blocks > INT32_MAX) {
    for (int64_t block = 0; block < blocks; block++) {
      if (stop != nullptr && stop->load(std::memory_order_relaxed)) return;
      fn(context, block, 0);
    }
    return;
  }
  const int64_t fair = std::max<int64_t>(1, blocks / (4 * crew));
  const double each = std::max(nanoseconds / double(blocks), 1.0);
  const uint64_t number = (ranges_[0].ticket.load(std::memory_order_relaxed) >> 32) << 32;
  const uint32_t ranges = uint32_t(std::min<int64_t>({crew, blocks, RANGES}));
  // Released one by one: whoever sees a new field also sees that the old ticket has gone.
  job_.fn.store(fn, std::memory_order_release);
  job_.context.store(context, std::memory_order_release);
  job_.stop.store(stop, std::memory_order_release);
  job_.blocks.store(uint32_t(blocks), std::memory_order_release);
  job_.ranges.store(ranges, std::memory_order_release);
  job_.claim.store(uint32_t(std::clamp<int64_t>(int64_t(CLAIM / each), 1, fair)), std::memory_order_release);
  done_.store(0, std::memory_order_relaxed);
  for (uint32_t r = 0; r < ranges; r++) ranges_[r].ticket.store(number + uint64_t(blocks) * r / ranges);
  spread();
  if (nanoseconds >= WORTH_WAKING) wake();

  help(0);
  os::Backoff backoff(SPIN);
  while (done_.load(std::memory_order_acquire) < blocks) backoff.step();
  for (Range& range : ranges_) range.ticket.store(number + (UINT64_C(1) << 32) + UINT32_MAX, std::memory_order_release);
}

// Takes blocks of the current job until none is left; false if there was none.
bool Workers::help(int worker) {
  const uint32_t ranges = job_.ranges.load(std::memory_order_relaxed);
  bool helped = false;
  for (uint32_t k = 0; k < ranges; k++) helped |= claim_from((uint32_t(worker) + k) % ranges, worker);
  return helped;
}

bool Workers::claim_from(uint32_t range, int worker) {
  bool helped = false;
  for (;;) {
    uint64_t ticket = ranges_[range].ticket.load(std::memory_order_acquire);
    const BlockFn fn = job_.fn.load(std::memory_order_acquire);
    const void* const context = job_.context.load(std::memory_order_acquire);
    const std::atomic<bool>* const stop = job_.stop.load(std::memory_order_acquire);
    const uint32_t blocks = job_.blocks.load(std::memory_order_acquire), claim = job_.claim.load(std::memory_order_acquire);
    const uint32_t ranges = job_.ranges.load(std::memory_order_acquire);
    const uint32_t first = uint32_t(ticket), end = uint32_t(uint64_t(blocks) * (range + 1) / ranges);
    if (range >= ranges || first >= end) return helped;
    const uint32_t count = std::min(claim, end - first);
    if (!ranges_[range].ticket.compare_exchange_strong(ticket, ticket + count, std::memory_order_acq_rel)) continue;
    for (uint32_t i = 0; i < count; i++) {
      if (stop == nullptr || !stop->load(std::memory_order_relaxed)) fn(context, int64_t(first) + i, worker);
    }
    done_.fetch_add(count, std::memory_order_release);
    helped = true;
  }
}

void Workers::work(int index) {
  int64_t since = os::now();  // the last work, or the end of the last Program
  members_[index].thread.store(os::thread(), std::memory_order_release);
  bool busy = true;
  for (;;) {
    const bool member = index < crew_.load(std::memory_order_relaxed);
    if (member && help(index)) since = os::now();
    for (int i = 0; i < 8; i++) os::pause();
    const int64_t time = os::now();
    const bool still_busy = busy_.load(std::memory_order_relaxed);
    if (still_busy != busy) since = time;
    busy = still_busy;
    if (member && time - since < (busy ? AWAKE_IN : AWAKE_AFTER)) {
      if (time - since > SPIN) os::yield();
      continue;
    }
    const uint32_t bell = bell_.load();
    sleepers_.fetch_add(1);
    os::wait(bell_, bell);
    sleepers_.fetch_sub(1);
    since = os::now();
  }
}

}  // namespace hebb
