// Allocations and copies.
#include <cstring>

#include "api.h"
#include "memory.h"

using namespace driver;

typedef unsigned long long Pointer;

namespace {

void* address(Pointer pointer) { return reinterpret_cast<void*>(pointer); }

Context* context() { return current_context(); }

Stream* stream_of(Stream* handle) {
  if (handle == nullptr) {
    return &context()->null_stream;
  }
  return context()->streams.count(handle) ? handle : nullptr;
}

bool covers(Pointer at, size_t bytes) {
  memory::Range range;
  return memory::covers(address(at), bytes, range);
}

// Device memory that is freed before the copy runs, or a host range that is gone by then, is a fault of the copy.
Result copy_now(Context& in, const std::string& what, void* to, const void* from, size_t bytes) {
  std::string error = emulation::run_guarded(what, [&] { std::memcpy(memory::behind(to), memory::behind(from), bytes); });
  return error.empty() ? SUCCESS : fail(in, ILLEGAL_ADDRESS, error);
}

int copy(const char* what, Stream* stream, void* to, const void* from, size_t bytes) {
  Context* in = context();
  std::string name = what;
  enqueue(*stream, name, [=] { return copy_now(*in, name, to, from, bytes); });
  return SUCCESS;
}

int fill(const char* what, Stream* handle, Pointer at, size_t count, unsigned value, size_t width) {
  Stream* stream = stream_of(handle);
  if (stream == nullptr) {
    return INVALID_HANDLE;
  }
  if (count > SIZE_MAX / width || !covers(at, count * width) || at % width != 0) {
    return INVALID_VALUE;
  }
  Context* in = context();
  std::string name = what;
  enqueue(*stream, name, [=] {
    std::string error = emulation::run_guarded(name, [&] {
      char* bytes = static_cast<char*>(memory::behind(address(at)));
      for (size_t i = 0; i < count; i++) {
        std::memcpy(bytes + i * width, &value, width);
      }
    });
    return error.empty() ? SUCCESS : fail(*in, ILLEGAL_ADDRESS, error);
  });
  return SUCCESS;
}

// Like the driver: all work queued so far is done, then the copy.
int copy_synchronously(const char* what, void* to, const void* from, size_t bytes) {
  Context& in = *context();
  copy(what, &in.null_stream, to, from, bytes);
  return drain(in.null_stream, ~0ULL);
}

}  // namespace

EXPORT int cuMemAlloc_v2(Pointer* at, size_t bytes) {
  ENTER(cuMemAlloc_v2, CONTEXT);
  if (at == nullptr || bytes == 0) {
    return INVALID_VALUE;
  }
  Context& in = *context();
  if (bytes > state().device_bytes - in.used_bytes) {
    return OUT_OF_MEMORY;
  }
  void* made = memory::allocate(bytes, in.device);
  if (made == nullptr) {
    return OUT_OF_MEMORY;
  }
  in.allocations[made] = bytes;
  in.used_bytes += bytes;
  *at = reinterpret_cast<Pointer>(made);
  return SUCCESS;
}

EXPORT int cuMemFree_v2(Pointer at) {
  ENTER_RELEASE(cuMemFree_v2);
  if (at == 0) {
    return outcome;
  }
  // Any context may free what another allocated.
  for (auto& owner : state().contexts) {
    if (owner && owner->allocations.count(address(at))) {
      owner->used_bytes -= owner->allocations[address(at)];
      owner->allocations.erase(address(at));
      std::string damaged = memory::release(address(at));
      return damaged.empty() ? outcome : fail(*context(), ILLEGAL_ADDRESS, damaged);
    }
  }
  return outcome != SUCCESS ? outcome : INVALID_VALUE;
}

EXPORT int cuMemGetInfo_v2(size_t* free, size_t* total) {
  ENTER(cuMemGetInfo_v2, CONTEXT);
  *total = state().device_bytes;
  *free = state().device_bytes - context()->used_bytes;
  return SUCCESS;
}

EXPORT int cuMemHostAlloc(void** at, size_t bytes, unsigned flags) {
  ENTER(cuMemHostAlloc, CONTEXT);
  if (at == nullptr || bytes == 0 || flags > 7) {
    return INVALID_VALUE;
  }
  *at = memory::pin(bytes);
  if (*at == nullptr) {
    return OUT_OF_MEMORY;
  }
  context()->pinned[*at] = bytes;
  return SUCCESS;
}

EXPORT int cuMemFreeHost(void* at) {
  ENTER_RELEASE(cuMemFreeHost);
  for (auto& owner : state().contexts) {
    if (owner && owner->pinned.erase(at) > 0) {
      memory::unpin(at);
      return outcome;
    }
  }
  return outcome != SUCCESS ? outcome : INVALID_VALUE;
}

EXPORT int cuMemcpyHtoD_v2(Pointer to, const void* from, size_t bytes) {
  ENTER(cuMemcpyHtoD_v2, CONTEXT);
  if (!covers(to, bytes)) {
    return INVALID_VALUE;
  }
  return copy_synchronously("cuMemcpyHtoD", address(to), from, bytes);
}

EXPORT int cuMemcpyDtoH_v2(void* to, Pointer from, size_t bytes) {
  ENTER(cuMemcpyDtoH_v2, CONTEXT);
  if (!covers(from, bytes)) {
    return INVALID_VALUE;
  }
  return copy_synchronously("cuMemcpyDtoH", to, address(from), bytes);
}

EXPORT int cuMemcpyDtoD_v2(Pointer to, Pointer from, size_t bytes) {
  ENTER(cuMemcpyDtoD_v2, CONTEXT);
  if (!covers(to, bytes) || !covers(from, bytes)) {
    return INVALID_VALUE;
  }
  return copy_synchronously("cuMemcpyDtoD", address(to), address(from), bytes);
}

EXPORT int cuMemcpyHtoDAsync_v2(Pointer to, const void* from, size_t bytes, Stream* handle) {
  ENTER(cuMemcpyHtoDAsync_v2, CONTEXT);
  Stream* stream = stream_of(handle);
  if (stream == nullptr || !covers(to, bytes)) {
    return stream == nullptr ? INVALID_HANDLE : INVALID_VALUE;
  }
  if (memory::is_pinned(from, bytes)) {
    return copy("cuMemcpyHtoDAsync", stream, address(to), from, bytes);
  }
  // Pageable memory is staged before the call returns.
  Context* in = context();
  auto staged = std::make_shared<std::string>(static_cast<const char*>(from), bytes);
  enqueue(*stream, "cuMemcpyHtoDAsync", [=] {
    return copy_now(*in, "cuMemcpyHtoDAsync", address(to), staged->data(), bytes);
  });
  return SUCCESS;
}

EXPORT int cuMemcpyDtoHAsync_v2(void* to, Pointer from, size_t bytes, Stream* handle) {
  ENTER(cuMemcpyDtoHAsync_v2, CONTEXT);
  Stream* stream = stream_of(handle);
  if (stream == nullptr || !covers(from, bytes)) {
    return stream == nullptr ? INVALID_HANDLE : INVALID_VALUE;
  }
  copy("cuMemcpyDtoHAsync", stream, to, address(from), bytes);
  // Into pageable memory the call returns when the copy is done.
  return memory::is_pinned(to, bytes) ? SUCCESS : drain(*stream, ~0ULL);
}

EXPORT int cuMemcpyDtoDAsync_v2(Pointer to, Pointer from, size_t bytes, Stream* handle) {
  ENTER(cuMemcpyDtoDAsync_v2, CONTEXT);
  Stream* stream = stream_of(handle);
  if (stream == nullptr || !covers(to, bytes) || !covers(from, bytes)) {
    return stream == nullptr ? INVALID_HANDLE : INVALID_VALUE;
  }
  return copy("cuMemcpyDtoDAsync", stream, address(to), address(from), bytes);
}

EXPORT int cuMemcpyPeerAsync(
    Pointer to, Context* to_context, Pointer from, Context* from_context, size_t bytes, Stream* handle) {
  ENTER(cuMemcpyPeerAsync, CONTEXT);
  Stream* stream = stream_of(handle);
  memory::Range target, source;
  if (stream == nullptr) {
    return INVALID_HANDLE;
  }
  if (!alive(to_context) || !alive(from_context)) {
    return INVALID_CONTEXT;
  }
  if (!memory::covers(address(to), bytes, target) || !memory::covers(address(from), bytes, source) ||
      target.device != to_context->device || source.device != from_context->device) {
    return INVALID_VALUE;
  }
  return copy("cuMemcpyPeerAsync", stream, address(to), address(from), bytes);
}

EXPORT int cuMemsetD8Async(Pointer at, unsigned char value, size_t count, Stream* stream) {
  ENTER(cuMemsetD8Async, CONTEXT);
  return fill("cuMemsetD8Async", stream, at, count, value, 1);
}

EXPORT int cuMemsetD32Async(Pointer at, unsigned value, size_t count, Stream* stream) {
  ENTER(cuMemsetD32Async, CONTEXT);
  return fill("cuMemsetD32Async", stream, at, count, value, 4);
}
