// Memory of the emulated devices: apart from the host's, guarded and poisoned. Its addresses fault wherever they are
// touched; what lies behind them is elsewhere, and only the driver and its kernels ask where.
#pragma once

#include <cstddef>
#include <string>

namespace memory {

// NaN as a float of any width, an address that doesn't exist, a number far out of every range.
constexpr unsigned short POISON = 0x7ffb;
void poison(void* at, size_t bytes);

struct Range {
  char* at;
  size_t bytes;
  int device;
};

// Ends at a page that may not be touched; 16-byte aligned only, which is less than a real driver gives. Null if the
// system has no more memory.
void* allocate(size_t bytes, int device);
// Empty, or how the surroundings of the range were damaged. The range faults from now on, for good.
std::string release(void* at);
// Empty, or how the surroundings of the allocation around a pointer were damaged.
std::string check(const void* inside);
bool find(const void* inside, Range& range);
bool is_device(const void* inside);
// Whether all of [at, at + bytes) lies in one live allocation.
bool covers(const void* at, size_t bytes, Range& range);

void* pin(size_t bytes);
bool unpin(void* at);
bool is_pinned(const void* inside, size_t bytes);

// Where the bytes of a device address lie; any other address is its own. No address becomes good by this that wasn't:
// what was freed, and what lies between the allocations, faults there as well.
void* behind(const void* address);

// What an address is, for an error's text; one from behind is named by its device address.
std::string describe(const void* address);

}  // namespace memory
