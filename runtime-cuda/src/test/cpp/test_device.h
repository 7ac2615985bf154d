// The driver's functions as a C program sees them, and just enough around them to write tests.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

extern "C" {
typedef unsigned long long Address;
int cuInit(unsigned);
int cuDeviceGet(int*, int);
int cuDevicePrimaryCtxRetain(void**, int);
int cuDevicePrimaryCtxRelease_v2(int);
int cuCtxSetCurrent(void*);
int cuCtxSynchronize();
int cuModuleLoadData(void**, const void*);
int cuModuleUnload(void*);
int cuModuleGetFunction(void**, void*, const char*);
int cuFuncSetAttribute(void*, int, int);
int cuLaunchKernel(
    void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void*, void**, void**);
int cuMemAlloc_v2(Address*, size_t);
int cuMemFree_v2(Address);
int cuMemGetInfo_v2(size_t*, size_t*);
int cuMemHostAlloc(void**, size_t, unsigned);
int cuMemFreeHost(void*);
int cuMemcpyHtoD_v2(Address, const void*, size_t);
int cuMemcpyDtoH_v2(void*, Address, size_t);
int cuMemcpyHtoDAsync_v2(Address, const void*, size_t, void*);
int cuMemcpyDtoHAsync_v2(void*, Address, size_t, void*);
int cuMemcpyPeerAsync(Address, void*, Address, void*, size_t, void*);
int cuCtxEnablePeerAccess(void*, unsigned);
int cuMemsetD8Async(Address, unsigned char, size_t, void*);
int cuMemsetD32Async(Address, unsigned, size_t, void*);
int cuStreamCreate(void**, unsigned);
int cuStreamDestroy_v2(void*);
int cuStreamSynchronize(void*);
int cuStreamQuery(void*);
int cuStreamWaitEvent(void*, void*, unsigned);
int cuEventCreate(void**, unsigned);
int cuEventDestroy_v2(void*);
int cuEventRecord(void*, void*);
int cuEventQuery(void*);

void testcuda_reset();
void testcuda_devices(int, unsigned long long);
void testcuda_version(int);
void testcuda_fail(const char*, long long, int);
void testcuda_fail_launch(long long, int);
long long testcuda_calls(const char*);
const char* testcuda_call_name(int);
long long testcuda_launches(const char*);
long long testcuda_live(const char*);
const char* testcuda_report();
}

namespace test {

#define REQUIRE(condition)                                                                             \
  do {                                                                                                 \
    if (!(condition))                                                                                  \
      throw std::runtime_error(std::string(__FILE__) + ":" + std::to_string(__LINE__) + ": " #condition); \
  } while (false)

inline void must(int code, const char* what) {
  if (code != 0) {
    throw std::runtime_error(std::string(what) + " gave " + std::to_string(code) + "; " + testcuda_report());
  }
}

#define MUST(call) test::must(call, #call)

// Device memory with values in it; freed at the end.
template <typename T>
class Buffer {
 public:
  explicit Buffer(size_t count) : count_(count) { MUST(cuMemAlloc_v2(&at_, count * sizeof(T))); }
  explicit Buffer(const std::vector<T>& values) : Buffer(values.size()) {
    MUST(cuMemcpyHtoD_v2(at_, values.data(), count_ * sizeof(T)));
  }
  Buffer(Buffer&& other) noexcept : at_(other.at_), count_(other.count_) { other.at_ = 0; }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { cuMemFree_v2(at_); }

  T* device() const { return reinterpret_cast<T*>(at_); }
  Address address() const { return at_; }

  std::vector<T> values() const {
    std::vector<T> host(count_);
    MUST(cuMemcpyDtoH_v2(host.data(), at_, count_ * sizeof(T)));
    return host;
  }

 private:
  Address at_ = 0;
  size_t count_;
};

// A context with the shipped PTX loaded.
class Device {
 public:
  explicit Device(const std::string& ptx_directory) {
    testcuda_reset();
    MUST(cuInit(0));
    MUST(cuDevicePrimaryCtxRetain(&context_, 0));
    MUST(cuCtxSetCurrent(context_));
    for (const char* name : {"router", "dispatch", "plain", "combine", "tensor"}) {
      std::ifstream file(ptx_directory + "/" + name + ".ptx");
      if (!file) {
        throw std::runtime_error("no " + ptx_directory + "/" + name + ".ptx");
      }
      std::stringstream text;
      text << file.rdbuf();
      void* module;
      MUST(cuModuleLoadData(&module, text.str().c_str()));
      modules_.push_back(module);
    }
  }

  ~Device() {
    for (void* module : modules_) {
      cuModuleUnload(module);
    }
    cuDevicePrimaryCtxRelease_v2(0);
    cuCtxSetCurrent(nullptr);
  }

  void* function(const std::string& name) {
    void* function = nullptr;
    for (void* module : modules_) {
      if (cuModuleGetFunction(&function, module, name.c_str()) == 0) {
        return function;
      }
    }
    throw std::runtime_error("no kernel " + name);
  }

  template <typename... A>
  void launch(const std::string& name, unsigned x, unsigned y, unsigned threads, unsigned shared, A... arguments) {
    void* values[] = {&arguments...};
    if (x > 0 && y > 0) {
      must(
          cuLaunchKernel(function(name), x, y, 1, threads, 1, 1, shared, nullptr, values, nullptr),
          ("launch of " + name).c_str());
    }
  }

  void synchronize() { MUST(cuCtxSynchronize()); }

 private:
  void* context_ = nullptr;
  std::vector<void*> modules_;
};

inline unsigned blocks(long long n, long long each) { return static_cast<unsigned>((n + each - 1) / each); }

// Where the shipped PTX lies; set by main.
extern std::string ptx_directory;

typedef void (*Body)();
struct Registration {
  Registration(const char* name, Body body);
};

#define TEST(name)                                              \
  static void name();                                           \
  static const test::Registration registration_##name(#name, name); \
  static void name()

}  // namespace test
