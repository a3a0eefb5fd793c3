// os.h for Linux and macOS.
#if !defined(_WIN32)
#include "runtime/os.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#endif

namespace hebb::os {

int64_t now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static int64_t whole_pages(int64_t bytes) {
  const int64_t page = sysconf(_SC_PAGESIZE);
  return (bytes + page - 1) / page * page;
}

void* reserve(int64_t bytes) {
  bytes = whole_pages(bytes);
  const int64_t slack = bytes >= HUGE_PAGE ? HUGE_PAGE : 0;
  void* mapped = mmap(nullptr, size_t(bytes + slack), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  if (slack == 0) return mapped;
  char* const first = static_cast<char*>(mapped);
  const int64_t lead = (HUGE_PAGE - int64_t(uintptr_t(first) % HUGE_PAGE)) % HUGE_PAGE;
  if (lead > 0) munmap(first, size_t(lead));
  if (slack > lead) munmap(first + lead + bytes, size_t(slack - lead));
#if defined(__linux__)
  madvise(first + lead, size_t(bytes), MADV_HUGEPAGE);  // advice: where it is refused, small pages do
#endif
  return first + lead;
}

void release(void* pages, int64_t bytes) { munmap(pages, size_t(whole_pages(bytes))); }

namespace {
struct Start {
  void (*body)(void*);
  void* context;
};
}  // namespace

static void* run_thread(void* argument) {
  const Start start = *static_cast<Start*>(argument);
  delete static_cast<Start*>(argument);
  start.body(start.context);
  return nullptr;
}

bool start_thread(void (*body)(void*), void* context) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, 1 << 20);
  Start* const start = new Start{body, context};
  pthread_t thread;
  const bool started = pthread_create(&thread, &attributes, run_thread, start) == 0;
  if (!started) delete start;
  pthread_attr_destroy(&attributes);
  return started;
}

void yield() { sched_yield(); }

#if defined(__linux__)
int cpu() { return sched_getcpu(); }
int thread() { return int(syscall(SYS_gettid)); }

void keep_off(int thread, int cpu) {
  cpu_set_t set;
  if (sched_getaffinity(getpid(), sizeof set, &set) != 0 || cpu < 0 || cpu >= CPU_SETSIZE) return;
  CPU_CLR(size_t(cpu), &set);
  if (CPU_COUNT(&set) > 0) sched_setaffinity(thread, sizeof set, &set);
}
#else
int cpu() { return -1; }
int thread() { return -1; }
void keep_off(int, int) {}
#endif

void sleep(int64_t nanoseconds) {
  const timespec t = {time_t(nanoseconds / 1000000000), long(nanoseconds % 1000000000)};
  nanosleep(&t, nullptr);
}

#if defined(__linux__)
void wait(std::atomic<uint32_t>& word, uint32_t expected) { syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0); }
void wake_all(std::atomic<uint32_t>& word) { syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT32_MAX, nullptr, nullptr, 0); }
#else
void wait(std::atomic<uint32_t>& word, uint32_t expected) { word.wait(expected); }
void wake_all(std::atomic<uint32_t>& word) { word.notify_all(); }
#endif

#if defined(__linux__)
static std::string first_line(const char* path) {
  char line[256] = "";
  if (FILE* file = fopen(path, "r")) {
    if (fgets(line, sizeof line, file) == nullptr) line[0] = '\0';
    fclose(file);
  }
  return line;
}

// A container sees its own group at the root of the mount; outside one, /proc/self/cgroup names the group.
static std::string cgroup_line(const char* controller, const char* file) {
  const std::string version1 = std::string("/sys/fs/cgroup/") + controller + "/" + file;
  if (std::string line = first_line(version1.c_str()); !line.empty()) return line;
  if (std::string line = first_line((std::string("/sys/fs/cgroup/") + file).c_str()); !line.empty()) return line;
  const std::string group = first_line("/proc/self/cgroup");  // version 2: one line, 0::/path
  if (group.rfind("0::/", 0) != 0) return "";
  std::string path = group.substr(3);
  path.erase(path.find_last_not_of('\n') + 1);
  return first_line(("/sys/fs/cgroup" + path + "/" + file).c_str());
}

// Cores' worth of CPU time that a quota grants; 0 where there is no quota.
static double cpu_quota() {
  double quota = 0, period = 0;
  if (sscanf(cgroup_line("cpu", "cpu.max").c_str(), "%lf %lf", &quota, &period) == 2 && period > 0) return quota / period;
  quota = strtod(cgroup_line("cpu", "cpu.cfs_quota_us").c_str(), nullptr);
  period = strtod(cgroup_line("cpu", "cpu.cfs_period_us").c_str(), nullptr);
  return quota > 0 && period > 0 ? quota / period : 0;
}

int usable_cores() {
  int cores = int(sysconf(_SC_NPROCESSORS_ONLN));
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) cores = CPU_COUNT(&set);
  const double quota = cpu_quota();
  if (quota > 0) cores = std::min(cores, std::max(1, int(quota + 0.5)));
  return std::max(1, cores);
}

int64_t usable_memory() {
  int64_t bytes = int64_t(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
  for (const char* file : {"memory.max", "memory.limit_in_bytes"}) {
    const int64_t limit = strtoll(cgroup_line("memory", file).c_str(), nullptr, 10);  // "max" reads as 0: no limit
    if (limit > 0) bytes = std::min(bytes, limit);
  }
  return bytes;
}

// Not by sysconf: in a virtual machine it may count the last level of the whole host.
Caches caches() {
  Caches result = {32 << 10, 1 << 20, 16 << 20};
  for (int i = 0; i < 8; i++) {
    const std::string index = "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(i) + "/";
    const int64_t bytes = strtoll(first_line((index + "size").c_str()).c_str(), nullptr, 10) << 10;  // "1024K"
    if (bytes <= 0 || first_line((index + "type").c_str()).rfind("Instruction", 0) == 0) continue;
    const int level = atoi(first_line((index + "level").c_str()).c_str());
    if (level == 1) result.l1 = bytes;
    if (level == 2) result.l2 = bytes;
    if (level == 3) result.l3 = bytes;
  }
  return result;
}
#elif defined(__APPLE__)
static int64_t system_value(const char* name, int64_t typical) {
  int64_t value = 0;
  size_t size = sizeof value;
  return sysctlbyname(name, &value, &size, nullptr, 0) == 0 && value > 0 ? value : typical;
}

int usable_cores() { return std::max(1, int(sysconf(_SC_NPROCESSORS_ONLN))); }
int64_t usable_memory() { return system_value("hw.memsize", INT64_C(4) << 30); }
Caches caches() {
  return {system_value("hw.l1dcachesize", 64 << 10), system_value("hw.l2cachesize", 4 << 20), system_value("hw.l3cachesize", 8 << 20)};
}
#endif

int64_t read_at(int file, void* to, int64_t bytes, int64_t position) {
  for (;;) {
    const ssize_t got = pread(file, to, size_t(bytes), off_t(position));
    if (got >= 0 || errno != EINTR) return got;
  }
}

void keep_loaded() {
  Dl_info info;
  if (dladdr(reinterpret_cast<void*>(&keep_loaded), &info) != 0 && info.dli_fname != nullptr)
    dlopen(info.dli_fname, RTLD_NOW | RTLD_NODELETE);
}

}  // namespace hebb::os
#endif
