#include "memory.h"

#include <sys/mman.h>
#include <unistd.h>

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

char* base = nullptr;
size_t used = 0;
int nothing = -1;  // an empty file: its pages fault whatever their protection
int opened = 0;
std::map<char*, Allocation> live;
std::map<char*, size_t> freed;
std::map<char*, size_t> pinned;

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::abort();
}

// One mprotect call opens all device memory, and must not open what lies between the allocations. So that is mapped from
// an empty file, each page from where it lies: then neighbours become one mapping, of which a process has few.
void forbid(char* at, size_t bytes) {
  int protection = opened > 0 ? PROT_READ | PROT_WRITE : PROT_NONE;
  if (mmap(at, bytes, protection, MAP_SHARED | MAP_FIXED, nothing, at - base) == MAP_FAILED) {
    die("testcuda: cannot map a guard page");
  }
}

void reserve() {
  base = static_cast<char*>(
      mmap(nullptr, RESERVED, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  nothing = memfd_create("testcuda", MFD_CLOEXEC);
  if (base == MAP_FAILED || nothing < 0) {
    die("testcuda: cannot reserve addresses");
  }
  forbid(base, PAGE);
  used = PAGE;
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
  for (const char* at = from; at < to; at++) {
    unsigned short expected = POISON;
    if (*at != reinterpret_cast<char*>(&expected)[(at - from) % 2]) {
      return false;
    }
  }
  return true;
}

std::string damage(char* at, const Allocation& allocation) {
  Open open;
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
  char* bytes_at = static_cast<char*>(at);
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
  if (base == nullptr) {
    reserve();
  }
  size_t page_bytes = (bytes + PAGE - 1) / PAGE * PAGE;
  if (page_bytes < bytes || page_bytes + PAGE > RESERVED - used) {
    return nullptr;
  }
  char* pages = base + used;
  if (mmap(pages, page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) ==
      MAP_FAILED) {
    return nullptr;
  }
  used += page_bytes + PAGE;
  forbid(pages + page_bytes, PAGE);
  char* at = pages + page_bytes - (bytes + 15) / 16 * 16;
  poison(pages, at - pages);
  poison(at, bytes);
  poison(at + bytes, pages + page_bytes - (at + bytes));
  if (opened == 0) {
    mprotect(pages, page_bytes, PROT_NONE);
  }
  live[at] = {bytes, pages, page_bytes, device};
  return at;
}

std::string release(void* at) {
  auto found = live.find(static_cast<char*>(at));
  std::string damaged = damage(found->first, found->second);
  forbid(found->second.pages, found->second.page_bytes);
  freed[found->first] = found->second.bytes;
  live.erase(found);
  return damaged;
}

std::string check(const void* inside) {
  auto found = containing(inside);
  return found == live.end() ? "" : damage(found->first, found->second);
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

Open::Open() {
  if (opened++ == 0 && base != nullptr) {
    mprotect(base, used, PROT_READ | PROT_WRITE);
  }
}

Open::~Open() {
  if (--opened == 0 && base != nullptr) {
    mprotect(base, used, PROT_NONE);
  }
}

}  // namespace memory
