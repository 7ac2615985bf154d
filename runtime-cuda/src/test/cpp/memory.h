// Memory of the emulated devices: apart from the host's, closed except while the driver works, guarded and poisoned.
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

// What an address is, for an error's text.
std::string describe(const void* address);

// Device memory may be touched while one of these lives.
class Open {
 public:
  Open();
  ~Open();
};

}  // namespace memory
