// Devices, contexts, errors.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "api.h"
#include "memory.h"

using namespace driver;

namespace {

bool is_device(int device) { return device >= 0 && device < state().devices; }

int capability_of(int device) {
  auto found = state().capabilities.find(device);
  return found == state().capabilities.end() ? CAPABILITY : found->second;
}

int attribute_of(int device, int attribute) {
  switch (attribute) {
    case 1: return 1024;         // threads of a block
    case 2: return 1024;         // block, x
    case 3: return 1024;         // block, y
    case 4: return 64;           // block, z
    case 5: return 2147483647;   // grid, x
    case 6: return 65535;        // grid, y
    case 7: return 65535;        // grid, z
    case 8: return 48 * 1024;    // shared memory of a block
    case 10: return 32;          // warp
    case 13: return 1000000;     // clock, kHz
    case 16: return 4;           // multiprocessors
    case 18: return 0;           // integrated
    case 19: return 1;           // maps host memory
    case 31: return 1;           // concurrent kernels
    case 36: return 1000000;     // memory clock, kHz
    case 37: return 128;         // bus width, bits
    case 38: return 4 << 20;     // L2
    case 40: return 2;           // copy engines
    case 41: return 1;           // unified addresses
    case 75: return capability_of(device) / 10;
    case 76: return capability_of(device) % 10;
    case 81: return 228 * 1024;  // shared memory of a multiprocessor
    case 97: return 227 * 1024;  // shared memory of a block that asks for it
    default: return 0;
  }
}

// Ends a context with all that lives in it; a caller that left something behind has a leak.
void destroy(Context& context) {
  if (context.sticky == SUCCESS) {
    drain_all(context);
    state().leaked += static_cast<long long>(
        context.streams.size() + context.events.size() + context.modules.size() + context.allocations.size() +
        context.pinned.size());
  }
  for (auto& allocation : context.allocations) {
    memory::release(allocation.first);
  }
  for (auto& pinned : context.pinned) {
    memory::unpin(pinned.first);
  }
}

}  // namespace

EXPORT int cuInit(unsigned flags) {
  ENTER(cuInit, NOTHING);
  if (flags != 0) {
    return INVALID_VALUE;
  }
  if (state().devices == 0) {
    return NO_DEVICE;
  }
  static bool caught = false;
  if (!caught) {
    emulation::install_fault_handler();
    caught = true;
  }
  state().initialized = true;
  state().contexts.resize(state().devices);
  return SUCCESS;
}

EXPORT int cuDriverGetVersion(int* version) {
  ENTER(cuDriverGetVersion, NOTHING);
  if (version == nullptr) {
    return INVALID_VALUE;
  }
  *version = state().version;
  return SUCCESS;
}

EXPORT int cuDeviceGetCount(int* count) {
  ENTER(cuDeviceGetCount, INIT);
  *count = state().devices;
  return SUCCESS;
}

EXPORT int cuDeviceGet(int* device, int ordinal) {
  ENTER(cuDeviceGet, INIT);
  if (!is_device(ordinal)) {
    return INVALID_DEVICE;
  }
  *device = ordinal;
  return SUCCESS;
}

EXPORT int cuDeviceGetName(char* name, int length, int device) {
  ENTER(cuDeviceGetName, INIT);
  if (!is_device(device) || length < 1) {
    return is_device(device) ? INVALID_VALUE : INVALID_DEVICE;
  }
  std::snprintf(name, length, "Stagger test device (no GPU)");
  return SUCCESS;
}

EXPORT int cuDeviceGetUuid_v2(char* uuid, int device) {
  ENTER(cuDeviceGetUuid_v2, INIT);
  if (!is_device(device)) {
    return INVALID_DEVICE;
  }
  std::memset(uuid, 0, 16);
  uuid[15] = static_cast<char>(device + 1);
  return SUCCESS;
}

EXPORT int cuDeviceGetAttribute(int* value, int attribute, int device) {
  ENTER(cuDeviceGetAttribute, INIT);
  if (!is_device(device)) {
    return INVALID_DEVICE;
  }
  *value = attribute_of(device, attribute);
  return SUCCESS;
}

EXPORT int cuDeviceTotalMem_v2(size_t* bytes, int device) {
  ENTER(cuDeviceTotalMem_v2, INIT);
  if (!is_device(device)) {
    return INVALID_DEVICE;
  }
  *bytes = state().device_bytes;
  return SUCCESS;
}

EXPORT int cuDevicePrimaryCtxRetain(Context** context, int device) {
  ENTER(cuDevicePrimaryCtxRetain, INIT);
  if (!is_device(device)) {
    return INVALID_DEVICE;
  }
  auto& primary = state().contexts[device];
  if (!primary) {
    primary = std::make_unique<Context>();
    primary->device = device;
    primary->null_stream = {primary.get(), true, false, {}};
  }
  primary->retains++;
  *context = primary.get();
  return SUCCESS;
}

EXPORT int cuDevicePrimaryCtxRelease_v2(int device) {
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  Result entered = begin("cuDevicePrimaryCtxRelease_v2", Needs::INIT);
  if (entered != SUCCESS) {
    return entered;
  }
  Result told = injected("cuDevicePrimaryCtxRelease_v2");
  if (!is_device(device)) {
    return INVALID_DEVICE;
  }
  auto& primary = state().contexts[device];
  if (!primary) {
    return INVALID_CONTEXT;
  }
  if (--primary->retains == 0) {
    destroy(*primary);
    // Kept, so that no later context gets this one's address.
    primary.release();
  }
  return told;
}

EXPORT int cuCtxSetCurrent(Context* context) {
  ENTER(cuCtxSetCurrent, INIT);
  if (context != nullptr && !alive(context)) {
    return INVALID_CONTEXT;
  }
  current_context() = context;
  return SUCCESS;
}

EXPORT int cuCtxGetCurrent(Context** context) {
  ENTER(cuCtxGetCurrent, INIT);
  *context = current_context();
  return SUCCESS;
}

EXPORT int cuCtxSynchronize() {
  ENTER(cuCtxSynchronize, CONTEXT);
  return drain_all(*current_context());
}

EXPORT int cuDeviceCanAccessPeer(int* can, int device, int peer) {
  ENTER(cuDeviceCanAccessPeer, INIT);
  if (!is_device(device) || !is_device(peer)) {
    return INVALID_DEVICE;
  }
  *can = device != peer && state().peers_reach_each_other ? 1 : 0;
  return SUCCESS;
}

EXPORT int cuCtxEnablePeerAccess(Context* peer, unsigned flags) {
  ENTER(cuCtxEnablePeerAccess, CONTEXT);
  if (flags != 0) {
    return INVALID_VALUE;
  }
  if (!alive(peer) || peer == current_context()) {
    return INVALID_CONTEXT;
  }
  if (!state().peers_reach_each_other) {
    return PEER_ACCESS_UNSUPPORTED;
  }
  return current_context()->peers.insert(peer->device).second ? SUCCESS : PEER_ACCESS_ALREADY_ENABLED;
}

EXPORT int cuGetErrorName(int code, const char** name) {
  ENTER(cuGetErrorName, NOTHING);
  *name = error_name(code);
  return *name == nullptr ? INVALID_VALUE : SUCCESS;
}

EXPORT int cuGetErrorString(int code, const char** text) {
  ENTER(cuGetErrorString, NOTHING);
  *text = error_text(code);
  return *text == nullptr ? INVALID_VALUE : SUCCESS;
}
