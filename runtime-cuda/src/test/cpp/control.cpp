// What tests ask of the emulated driver and tell it; no driver has these.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "api.h"
#include "memory.h"

using namespace driver;

namespace {

const char* const FUNCTIONS[] = {
    "cuInit", "cuDriverGetVersion", "cuDeviceGet", "cuDeviceGetCount", "cuDeviceGetName", "cuDeviceGetAttribute",
    "cuDeviceGetUuid_v2", "cuDeviceTotalMem_v2", "cuDevicePrimaryCtxRetain", "cuDevicePrimaryCtxRelease_v2",
    "cuCtxSetCurrent", "cuCtxGetCurrent", "cuCtxSynchronize", "cuDeviceCanAccessPeer", "cuCtxEnablePeerAccess",
    "cuModuleLoadData", "cuModuleLoadDataEx", "cuModuleGetFunction", "cuModuleUnload", "cuFuncSetAttribute",
    "cuFuncGetAttribute", "cuLaunchKernel", "cuMemAlloc_v2", "cuMemFree_v2", "cuMemGetInfo_v2", "cuMemHostAlloc",
    "cuMemFreeHost", "cuMemcpyHtoD_v2", "cuMemcpyDtoH_v2", "cuMemcpyDtoD_v2", "cuMemcpyHtoDAsync_v2",
    "cuMemcpyDtoHAsync_v2", "cuMemcpyDtoDAsync_v2", "cuMemcpyPeerAsync", "cuMemsetD8Async", "cuMemsetD32Async",
    "cuStreamCreate", "cuStreamDestroy_v2", "cuStreamSynchronize", "cuStreamQuery", "cuStreamWaitEvent",
    "cuEventCreate", "cuEventDestroy_v2", "cuEventRecord", "cuEventQuery", "cuEventSynchronize",
    "cuEventElapsedTime", "cuGetErrorName", "cuGetErrorString"};

const char* const KINDS[] = {"contexts", "modules", "streams", "events", "allocations", "bytes", "pinned", "leaked"};

long long live(const std::string& what) {
  long long count = what == "leaked" ? state().leaked : 0;
  for (auto& context : state().contexts) {
    if (!context) {
      continue;
    }
    if (what == "contexts") {
      count += context->retains;
    } else if (what == "modules") {
      count += static_cast<long long>(context->modules.size());
    } else if (what == "streams") {
      count += static_cast<long long>(context->streams.size());
    } else if (what == "events") {
      count += static_cast<long long>(context->events.size());
    } else if (what == "allocations") {
      count += static_cast<long long>(context->allocations.size());
    } else if (what == "bytes") {
      count += static_cast<long long>(context->used_bytes);
    } else if (what == "pinned") {
      count += static_cast<long long>(context->pinned.size());
    }
  }
  return count;
}

std::string report() {
  std::string text;
  for (const char* kind : KINDS) {
    text += (text.empty() ? "" : ", ") + std::to_string(live(kind)) + " " + kind;
  }
  return text + (state().last_fault.empty() ? "" : "; last fault: " + state().last_fault);
}

long long sum(const std::map<std::string, long long>& counts, const char* name) {
  long long total = 0;
  for (auto& entry : counts) {
    total += name == nullptr || entry.first == name ? entry.second : 0;
  }
  return total;
}

void report_at_exit() { std::fprintf(stderr, "testcuda: %s\n", report().c_str()); }

// What the environment says, for processes that aren't tests.
struct FromEnvironment {
  FromEnvironment() {
    if (const char* devices = std::getenv("TESTCUDA_DEVICES")) {
      state().devices = std::atoi(devices);
    }
    if (const char* bytes = std::getenv("TESTCUDA_BYTES")) {
      state().device_bytes = std::strtoull(bytes, nullptr, 10);
    }
    if (const char* failure = std::getenv("TESTCUDA_FAIL")) {
      char function[64];
      long long nth;
      int code;
      if (std::sscanf(failure, "%63[^:]:%lld=%d", function, &nth, &code) == 3) {
        state().failures[function] = {nth, static_cast<Result>(code)};
      } else {
        std::fprintf(stderr, "testcuda: TESTCUDA_FAIL=%s isn't function:nth=code\n", failure);
      }
    }
    if (std::getenv("TESTCUDA_REPORT") != nullptr) {
      std::atexit(report_at_exit);
    }
  }
};

const FromEnvironment from_environment;

}  // namespace

EXPORT void testcuda_reset() {
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  for (auto& context : state().contexts) {
    if (context) {
      for (auto& allocation : context->allocations) {
        memory::release(allocation.first);
      }
      for (auto& pinned : context->pinned) {
        memory::unpin(pinned.first);
      }
      // Not freed: a stale handle must stay stale.
      context.release();
    }
  }
  state().contexts.clear();
  state().initialized = false;
  state().version = 13000;
  state().devices = 1;
  state().capabilities.clear();
  state().peers_reach_each_other = true;
  state().device_bytes = size_t{8} << 30;
  state().calls.clear();
  state().failures.clear();
  state().launch_failure = {0, SUCCESS};
  state().launches.clear();
  state().leaked = 0;
  state().last_fault.clear();
}

EXPORT void testcuda_devices(int count, unsigned long long bytes) {
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  state().devices = count;
  state().device_bytes = bytes;
}

EXPORT void testcuda_capability(int device, int capability) {
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  state().capabilities[device] = capability;
}

EXPORT void testcuda_peers(int reach_each_other) {
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  state().peers_reach_each_other = reach_each_other != 0;
}

EXPORT void testcuda_version(int version) {
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  state().version = version;
}

EXPORT void testcuda_fail(const char* function, long long nth, int code) {
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  state().failures[function] = {nth, static_cast<Result>(code)};
}

EXPORT void testcuda_fail_launch(long long nth, int code) {
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  state().launch_failure = {nth, static_cast<Result>(code)};
}

EXPORT long long testcuda_calls(const char* function) {
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  return sum(state().calls, function);
}

EXPORT const char* testcuda_call_name(int index) {
  int count = sizeof FUNCTIONS / sizeof FUNCTIONS[0];
  return index >= 0 && index < count ? FUNCTIONS[index] : nullptr;
}

EXPORT long long testcuda_launches(const char* kernel) {
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  return sum(state().launches, kernel);
}

EXPORT long long testcuda_live(const char* what) {
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  return live(what);
}

EXPORT const char* testcuda_report() {
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  static std::string text;
  text = report();
  return text.c_str();
}
