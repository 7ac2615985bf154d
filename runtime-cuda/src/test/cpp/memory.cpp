#include "memory.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

namespace memory {

namespace {

constexpr size_t PAGE = 4096;
// Addresses are never used twice, so that a stale pointer cannot become a good one.
constexpr size_t RESERVED = size_t{1} << 42;

struct Allocation {
  size_t bytes;
  char* pages;
  size_t page_bytes;
  int device;
};

// Device addresses, and as far above as there are of them, what lies behind them. Protecting and opening pages around
// each kernel would take longer than the kernels.
char* base = nullptr;
size_t used = 0;
std::map<char*, Allocation> live;
std::map<char*, size_t> freed;
std::map<char*, size_t> pinned;

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::abort();
}

bool is_device_address(const char* at) { return base != nullptr && at >= base && at < base + RESERVED; }

bool reserve() {
  void* made = mmap(nullptr, 2 * RESERVED, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (made == MAP_FAILED) {
    return false;
  }
  base = static_cast<char*>(made);
  used = PAGE;
  return true;
}

bool map(char* pages, size_t bytes, int protection) {
  return mmap(behind(pages), bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) !=
         MAP_FAILED;
}

template <typename Map>
typename Map::iterator at_or_before(Map& map, const void* address) {
  auto next = map.upper_bound(static_cast<char*>(const_cast<void*>(address)));
  return next == map.begin() ? map.end() : std::prev(next);
}

std::map<char*, Allocation>::iterator containing(const void* address) {
  auto found = at_or_before(live, address);
  if (found == live.end() || static_cast<const char*>(address) >= found->first + found->second.bytes) {
    return live.end();
  }
  return found;
}

bool poisoned(const char* from, const char* to) {
  const char* bytes = static_cast<const char*>(behind(from));
  for (ptrdiff_t i = 0; i < to - from; i++) {
    unsigned short expected = POISON;
    if (bytes[i] != reinterpret_cast<char*>(&expected)[i % 2]) {
      return false;
    }
  }
  return true;
}

std::string damage(char* at, const Allocation& allocation) {
  char text[200];
  char* end = allocation.pages + allocation.page_bytes;
  const char* side = !poisoned(allocation.pages, at) ? "before the start" : nullptr;
  if (side == nullptr && !poisoned(at + allocation.bytes, end)) {
    side = "behind the end";
  }
  if (side == nullptr) {
    return "";
  }
  std::snprintf(text, sizeof text, "something was written %s of the %zu bytes at %p", side, allocation.bytes,
      static_cast<void*>(at));
  return text;
}

}  // namespace

void poison(void* at, size_t bytes) {
  char* bytes_at = static_cast<char*>(behind(at));
  unsigned short word = POISON;
  size_t done = bytes < 2 ? bytes : 2;
  std::memcpy(bytes_at, &word, done);
  // What is filled doubles.
  while (done < bytes) {
    size_t more = done < bytes - done ? done : bytes - done;
    more = more < 1 << 16 ? more : 1 << 16;
    std::memcpy(bytes_at + done, bytes_at, more);
    done += more;
  }
}

void* allocate(size_t bytes, int device) {
  if (base == nullptr && !reserve()) {
    return nullptr;
  }
  size_t page_bytes = (bytes + PAGE - 1) / PAGE * PAGE;
  if (page_bytes < bytes || page_bytes + PAGE > RESERVED - used) {
    return nullptr;
  }
  char* pages = base + used;
  if (!map(pages, page_bytes, PROT_READ | PROT_WRITE)) {
    return nullptr;
  }
  used += page_bytes + PAGE;
  char* at = pages + page_bytes - (bytes + 15) / 16 * 16;
  poison(pages, at - pages);
  poison(at, bytes);
  poison(at + bytes, pages + page_bytes - (at + bytes));
  live[at] = {bytes, pages, page_bytes, device};
  return at;
}

std::string release(void* at) {
  auto found = live.find(static_cast<char*>(at));
  std::string damaged = damage(found->first, found->second);
  if (!map(found->second.pages, found->second.page_bytes, PROT_NONE)) {
    die("testcuda: cannot close pages that were freed");
  }
  freed[found->first] = found->second.bytes;
  live.erase(found);
  return damaged;
}

std::string check(const void* inside) {
  auto found = containing(inside);
  return found == live.end() ? "" : damage(found->first, found->second);
}

void* behind(const void* address) {
  char* at = static_cast<char*>(const_cast<void*>(address));
  return is_device_address(at) ? at + RESERVED : at;
}

bool find(const void* inside, Range& range) {
  auto found = containing(inside);
  if (found == live.end()) {
    return false;
  }
  range = {found->first, found->second.bytes, found->second.device};
  return true;
}

bool is_device(const void* inside) { return containing(inside) != live.end(); }

bool covers(const void* at, size_t bytes, Range& range) {
  return find(at, range) && bytes <= range.bytes - (static_cast<const char*>(at) - range.at);
}

void* pin(size_t bytes) {
  size_t page_bytes = (bytes + PAGE - 1) / PAGE * PAGE;
  if (page_bytes < bytes) {
    return nullptr;
  }
  void* at = mmap(nullptr, page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) {
    return nullptr;
  }
  poison(at, page_bytes);
  pinned[static_cast<char*>(at)] = bytes;
  return at;
}

bool unpin(void* at) {
  auto found = pinned.find(static_cast<char*>(at));
  if (found == pinned.end()) {
    return false;
  }
  // Not given back: a copy that still wants to read here must fault, not find someone else's bytes.
  size_t page_bytes = (found->second + PAGE - 1) / PAGE * PAGE;
  mmap(at, page_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
  pinned.erase(found);
  return true;
}

bool is_pinned(const void* inside, size_t bytes) {
  auto found = at_or_before(pinned, inside);
  return found != pinned.end() && static_cast<const char*>(inside) + bytes <= found->first + found->second;
}

std::string describe(const void* address) {
  char text[200];
  const char* at = static_cast<const char*>(address);
  if (base != nullptr && is_device_address(at - RESERVED)) {
    return describe(at - RESERVED);
  }
  auto before = at_or_before(live, address);
  auto gone = at_or_before(freed, address);
  auto after = live.upper_bound(const_cast<char*>(at));
  if (gone != freed.end() && at < gone->first + gone->second) {
    std::snprintf(text, sizeof text, "touched %p, in %zu bytes that were freed", address, gone->second);
  } else if (before != live.end() && at < before->first + before->second.bytes) {
    std::snprintf(text, sizeof text, "touched %p, in %zu bytes of device %d", address, before->second.bytes,
        before->second.device);
  } else if (before != live.end() && at - before->first - before->second.bytes < 64 * PAGE) {
    std::snprintf(text, sizeof text, "touched %p, %td bytes behind the end of %zu bytes", address,
        at - before->first - static_cast<ptrdiff_t>(before->second.bytes), before->second.bytes);
  } else if (after != live.end() && after->first - at < static_cast<ptrdiff_t>(64 * PAGE)) {
    std::snprintf(text, sizeof text, "touched %p, %td bytes before the start of %zu bytes", address, after->first - at,
        after->second.bytes);
  } else {
    std::snprintf(text, sizeof text, "touched %p, which is no device memory", address);
  }
  return text;
}

}  // namespace memory
