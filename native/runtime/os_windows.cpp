// os.h for Windows.
#if defined(_WIN32)
#include "runtime/os.h"

#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>

#include <algorithm>
#include <vector>

namespace hebb::os {

int64_t now() {
  static const int64_t frequency = [] {
    LARGE_INTEGER f;
    QueryPerformanceFrequency(&f);
    return int64_t(f.QuadPart);
  }();
  LARGE_INTEGER count;
  QueryPerformanceCounter(&count);
  const int64_t seconds = count.QuadPart / frequency, rest = count.QuadPart % frequency;
  return seconds * 1000000000 + rest * 1000000000 / frequency;
}

// Windows places allocations on 64 KiB boundaries; large pages need a privilege that few processes have.
void* reserve(int64_t bytes) { return VirtualAlloc(nullptr, size_t(bytes), MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE); }
void release(void* pages, int64_t) { VirtualFree(pages, 0, MEM_RELEASE); }

namespace {
struct Start {
  void (*body)(void*);
  void* context;
};
}  // namespace

static DWORD WINAPI run_thread(void* argument) {
  const Start start = *static_cast<Start*>(argument);
  delete static_cast<Start*>(argument);
  start.body(start.context);
  return 0;
}

bool start_thread(void (*body)(void*), void* context) {
  Start* const start = new Start{body, context};
  const HANDLE thread = CreateThread(nullptr, 1 << 20, run_thread, start, 0, nullptr);
  if (thread == nullptr) {
    delete start;
    return false;
  }
  CloseHandle(thread);
  return true;
}

void yield() { SwitchToThread(); }
int cpu() { return -1; }  // Windows spreads threads well by itself
int thread() { return -1; }
void keep_off(int, int) {}
void sleep(int64_t nanoseconds) { Sleep(DWORD((nanoseconds + 999999) / 1000000)); }
void wait(std::atomic<uint32_t>& word, uint32_t expected) { WaitOnAddress(&word, &expected, sizeof expected, INFINITE); }
void wake_all(std::atomic<uint32_t>& word) { WakeByAddressAll(&word); }

int usable_cores() {
  DWORD_PTR process = 0, system = 0;
  int cores = 0;
  if (GetProcessAffinityMask(GetCurrentProcess(), &process, &system)) {
    for (; process != 0; process &= process - 1) cores++;
  }
  return std::max(1, cores);
}

int64_t usable_memory() {
  MEMORYSTATUSEX status;
  status.dwLength = sizeof status;
  int64_t bytes = GlobalMemoryStatusEx(&status) ? int64_t(status.ullTotalPhys) : INT64_C(4) << 30;
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION job;
  if (QueryInformationJobObject(nullptr, JobObjectExtendedLimitInformation, &job, sizeof job, nullptr) &&
      (job.BasicLimitInformation.LimitFlags & JOB_OBJECT_LIMIT_PROCESS_MEMORY) != 0) {
    bytes = std::min(bytes, int64_t(job.ProcessMemoryLimit));
  }
  return bytes;
}

Caches caches() {
  Caches result = {32 << 10, 1 << 20, 16 << 20};
  DWORD bytes = 0;
  GetLogicalProcessorInformation(nullptr, &bytes);
  std::vector<SYSTEM_LOGICAL_PROCESSOR_INFORMATION> list(bytes / sizeof(SYSTEM_LOGICAL_PROCESSOR_INFORMATION));
  if (list.empty() || !GetLogicalProcessorInformation(list.data(), &bytes)) return result;
  for (const auto& entry : list) {
    if (entry.Relationship != RelationCache || entry.Cache.Type == CacheInstruction) continue;
    if (entry.Cache.Level == 1) result.l1 = entry.Cache.Size;
    if (entry.Cache.Level == 2) result.l2 = entry.Cache.Size;
    if (entry.Cache.Level == 3) result.l3 = entry.Cache.Size;
  }
  return result;
}

// Node's descriptors are those of the C library that Node was linked with: it alone can tell the handle behind one.
static HANDLE handle_of(int file) {
  using Function = HANDLE (*)(int);
  static const auto function =
      reinterpret_cast<Function>(reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(nullptr), "uv_get_osfhandle")));
  return function == nullptr ? INVALID_HANDLE_VALUE : function(file);
}

int64_t read_at(int file, void* to, int64_t bytes, int64_t position) {
  OVERLAPPED place = {};
  place.Offset = DWORD(position);
  place.OffsetHigh = DWORD(position >> 32);
  DWORD got = 0;
  if (ReadFile(handle_of(file), to, DWORD(std::min<int64_t>(bytes, 1 << 30)), &got, &place)) return got;
  return GetLastError() == ERROR_HANDLE_EOF ? 0 : -1;
}

void keep_loaded() {
  HMODULE module;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, reinterpret_cast<LPCWSTR>(&keep_loaded),
                     &module);
}

}  // namespace hebb::os
#endif
