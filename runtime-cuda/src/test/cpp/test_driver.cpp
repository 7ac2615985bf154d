// The emulated driver itself: what it must notice, and what it must not let pass.
#include <csetjmp>
#include <csignal>
#include <cstring>
#include <thread>

#include "test_device.h"

using namespace test;

namespace {

std::string report() { return testcuda_report(); }

bool says(const std::string& words) { return report().find(words) != std::string::npos; }

sigjmp_buf touched;
void on_touch(int) { siglongjmp(touched, 1); }

// Whether reading an address from the host faults. The handler was there before the driver's, as a JVM's would be.
bool faults(const void* at) {
  if (sigsetjmp(touched, 1)) {
    return true;
  }
  volatile char seen = *static_cast<const volatile char*>(at);
  (void)seen;
  return false;
}

struct HandlersFirst {
  HandlersFirst() {
    signal(SIGSEGV, on_touch);
    signal(SIGBUS, on_touch);
  }
} handlers_first;

// Widens n halves from in to out: a kernel whose reach the test controls.
int widen(Device& device, Address in, Address out, long long n) {
  void* values[] = {&in, &out, &n};
  return cuLaunchKernel(
      device.function("stagger_widen_bf16"), 1, 1, 1, 256, 1, 1, 0, nullptr, values, nullptr);
}

}  // namespace

TEST(the_host_cannot_touch_device_memory) {
  Device device(ptx_directory);
  Buffer<float> buffer(std::vector<float>(4, 1.0f));
  REQUIRE(faults(buffer.device()));
  REQUIRE(buffer.values()[3] == 1.0f);
}

TEST(fresh_memory_is_not_a_number) {
  Device device(ptx_directory);
  Buffer<float> buffer(33);
  for (float value : buffer.values()) {
    REQUIRE(value != value);
  }
}

TEST(a_kernel_that_reads_behind_the_end_fails_and_the_error_sticks) {
  Device device(ptx_directory);
  Buffer<unsigned short> in(std::vector<unsigned short>(64, 0));
  Buffer<float> out(65);
  REQUIRE(widen(device, in.address(), out.address(), 65) == 0);
  REQUIRE(cuCtxSynchronize() == 700);
  REQUIRE(says("stagger_widen_bf16: touched") && says("0 bytes behind the end of 128 bytes"));
  Address more;
  REQUIRE(cuMemAlloc_v2(&more, 8) == 700);
  REQUIRE(cuCtxSynchronize() == 700);
}

TEST(a_kernel_that_writes_behind_the_end_fails) {
  Device device(ptx_directory);
  Buffer<unsigned short> in(std::vector<unsigned short>(65, 0));
  Buffer<float> out(64);
  REQUIRE(widen(device, in.address(), out.address(), 65) == 0);
  REQUIRE(cuCtxSynchronize() == 700);
}

TEST(a_write_into_the_slack_behind_an_odd_size_is_found) {
  Device device(ptx_directory);
  Buffer<unsigned short> in(std::vector<unsigned short>(64, 0));
  Buffer<float> out(61);
  REQUIRE(widen(device, in.address(), out.address(), 62) == 0);
  REQUIRE(cuCtxSynchronize() == 700);
  REQUIRE(says("written behind the end of the 244 bytes"));
}

TEST(memory_that_was_freed_faults) {
  Device device(ptx_directory);
  Buffer<float> out(64);
  Address in;
  MUST(cuMemAlloc_v2(&in, 128));
  MUST(cuMemFree_v2(in));
  REQUIRE(widen(device, in, out.address(), 64) == 0);
  REQUIRE(cuCtxSynchronize() == 700);
  REQUIRE(says("were freed"));
}

TEST(memory_freed_before_the_queue_ran_faults) {
  Device device(ptx_directory);
  Buffer<float> out(64);
  Address in;
  MUST(cuMemAlloc_v2(&in, 128));
  MUST(cuMemsetD8Async(in, 0, 128, nullptr));
  REQUIRE(widen(device, in, out.address(), 64) == 0);
  MUST(cuMemFree_v2(in));
  REQUIRE(cuCtxSynchronize() == 700);
}

TEST(a_host_pointer_is_no_device_pointer) {
  Device device(ptx_directory);
  std::vector<unsigned short> host(64);
  Buffer<float> out(64);
  REQUIRE(widen(device, reinterpret_cast<Address>(host.data()), out.address(), 64) == 0);
  REQUIRE(cuCtxSynchronize() == 700);
  REQUIRE(says("parameter 0") && says("no device memory"));
}

TEST(work_runs_when_someone_waits_for_it_and_not_before) {
  Device device(ptx_directory);
  void* stream;
  void* other;
  void* event;
  MUST(cuStreamCreate(&stream, 1));
  MUST(cuStreamCreate(&other, 1));
  MUST(cuEventCreate(&event, 2));
  void* pinned;
  MUST(cuMemHostAlloc(&pinned, 4, 0));
  std::memset(pinned, 0, 4);
  Buffer<unsigned> buffer(1);
  MUST(cuMemsetD32Async(buffer.address(), 7, 1, stream));
  MUST(cuMemcpyDtoHAsync_v2(pinned, buffer.address(), 4, stream));
  MUST(cuEventRecord(event, stream));
  MUST(cuStreamSynchronize(other));
  REQUIRE(*static_cast<unsigned*>(pinned) == 0);
  REQUIRE(cuEventQuery(event) == 600);
  MUST(cuStreamWaitEvent(other, event, 0));
  MUST(cuStreamSynchronize(other));
  REQUIRE(*static_cast<unsigned*>(pinned) == 7);
  REQUIRE(cuEventQuery(event) == 0);
  MUST(cuMemFreeHost(pinned));
  MUST(cuEventDestroy_v2(event));
  MUST(cuStreamDestroy_v2(stream));
  MUST(cuStreamDestroy_v2(other));
  REQUIRE(testcuda_live("streams") == 0 && testcuda_live("events") == 0 && testcuda_live("pinned") == 0);
}

TEST(who_polls_gets_there) {
  Device device(ptx_directory);
  Buffer<unsigned> buffer(1);
  void* stream;
  MUST(cuStreamCreate(&stream, 1));
  for (int i = 0; i < 5; i++) {
    MUST(cuMemsetD32Async(buffer.address(), i, 1, stream));
  }
  int polls = 0;
  while (cuStreamQuery(stream) == 600 && polls < 100) {
    polls++;
  }
  REQUIRE(polls == 5 && buffer.values()[0] == 4);
  MUST(cuStreamDestroy_v2(stream));
}

TEST(pinned_memory_freed_before_the_copy_faults) {
  Device device(ptx_directory);
  Buffer<unsigned> buffer(4);
  void* pinned;
  MUST(cuMemHostAlloc(&pinned, 16, 0));
  MUST(cuMemcpyHtoDAsync_v2(buffer.address(), pinned, 16, nullptr));
  MUST(cuMemFreeHost(pinned));
  REQUIRE(cuCtxSynchronize() == 700);
  REQUIRE(says("cuMemcpyHtoDAsync: touched"));
}

TEST(the_context_is_the_threads_own) {
  Device device(ptx_directory);
  int code = 0;
  std::thread([&] { code = cuCtxSynchronize(); }).join();
  REQUIRE(code == 201);
}

TEST(a_call_is_made_to_fail_once) {
  Device device(ptx_directory);
  testcuda_fail("cuMemAlloc_v2", 2, 2);
  Address a, b;
  MUST(cuMemAlloc_v2(&a, 8));
  REQUIRE(cuMemAlloc_v2(&b, 8) == 2);
  MUST(cuMemAlloc_v2(&b, 8));
  REQUIRE(testcuda_live("allocations") == 2);
  // A call that releases does so even then.
  testcuda_fail("cuMemFree_v2", 1, 999);
  REQUIRE(cuMemFree_v2(a) == 999);
  REQUIRE(testcuda_live("allocations") == 1);
  MUST(cuMemFree_v2(b));
}

TEST(a_kernel_is_made_to_fail_while_it_runs) {
  Device device(ptx_directory);
  Buffer<unsigned short> in(std::vector<unsigned short>(64, 0));
  Buffer<float> out(64);
  testcuda_fail_launch(1, 719);
  MUST(widen(device, in.address(), out.address(), 64));
  REQUIRE(cuCtxSynchronize() == 719);
  REQUIRE(cuCtxSynchronize() == 719);
  REQUIRE(testcuda_launches("stagger_widen_bf16") == 0);
}

TEST(memory_runs_out_where_the_device_says_so) {
  Device device(ptx_directory);
  size_t free, total;
  testcuda_devices(1, 1000);
  Address a, b;
  MUST(cuMemAlloc_v2(&a, 600));
  MUST(cuMemGetInfo_v2(&free, &total));
  REQUIRE(free == 400 && total == 1000);
  REQUIRE(cuMemAlloc_v2(&b, 401) == 2);
  MUST(cuMemAlloc_v2(&b, 400));
  MUST(cuMemFree_v2(a));
  MUST(cuMemFree_v2(b));
}

TEST(what_is_left_behind_is_counted_as_leaked) {
  void* context;
  testcuda_reset();
  MUST(cuInit(0));
  MUST(cuDevicePrimaryCtxRetain(&context, 0));
  MUST(cuCtxSetCurrent(context));
  Address a;
  void* stream;
  MUST(cuMemAlloc_v2(&a, 8));
  MUST(cuStreamCreate(&stream, 0));
  MUST(cuDevicePrimaryCtxRelease_v2(0));
  REQUIRE(testcuda_live("leaked") == 2 && testcuda_live("contexts") == 0);
  REQUIRE(cuCtxSynchronize() == 201);
}

TEST(ptx_that_does_not_fit_the_sources_is_refused) {
  Device device(ptx_directory);
  void* module;
  const std::string head = ".version 7.0\n.target sm_80\n";
  const std::string good = head + ".visible .entry stagger_widen_f16(\n.param .u64 a,\n.param .u64 b,\n.param .u64 c\n)\n{}";
  MUST(cuModuleLoadData(&module, good.c_str()));
  MUST(cuModuleUnload(module));
  std::string renamed = head + ".visible .entry stagger_other(\n.param .u64 a\n)\n{}";
  REQUIRE(cuModuleLoadData(&module, renamed.c_str()) == 218);
  REQUIRE(says("stagger_other of the PTX is no kernel"));
  std::string fewer = head + ".visible .entry stagger_widen_f16(\n.param .u64 a,\n.param .u64 b\n)\n{}";
  REQUIRE(cuModuleLoadData(&module, fewer.c_str()) == 218);
  std::string narrower = head + ".visible .entry stagger_widen_f16(\n.param .u64 a,\n.param .u64 b,\n.param .u32 c\n)\n{}";
  REQUIRE(cuModuleLoadData(&module, narrower.c_str()) == 218);
  std::string newer = ".version 9.1\n.target sm_80\n";
  REQUIRE(cuModuleLoadData(&module, newer.c_str()) == 222);
  testcuda_version(11000);
  MUST(cuModuleLoadData(&module, good.c_str()));
  MUST(cuModuleUnload(module));
}

TEST(launches_that_no_gpu_would_take_are_refused) {
  Device device(ptx_directory);
  Buffer<unsigned short> in(std::vector<unsigned short>(64, 0));
  Buffer<float> out(64);
  Address from = in.address(), to = out.address();
  long long n = 64;
  void* values[] = {&from, &to, &n};
  void* kernel = device.function("stagger_widen_bf16");
  REQUIRE(cuLaunchKernel(kernel, 0, 1, 1, 256, 1, 1, 0, nullptr, values, nullptr) == 1);
  REQUIRE(cuLaunchKernel(kernel, 1, 65536, 1, 256, 1, 1, 0, nullptr, values, nullptr) == 1);
  REQUIRE(cuLaunchKernel(kernel, 1, 1, 1, 257, 1, 1, 0, nullptr, values, nullptr) == 1);
  REQUIRE(cuLaunchKernel(kernel, 1, 1, 1, 256, 1, 1, 49153, nullptr, values, nullptr) == 1);
  REQUIRE(cuLaunchKernel(nullptr, 1, 1, 1, 256, 1, 1, 0, nullptr, values, nullptr) == 400);
}

TEST(every_function_can_be_made_to_fail) {
  // One that the tests of the runtime could not fail would hide its unchecked calls.
  int functions = 0;
  for (int i = 0; testcuda_call_name(i) != nullptr; i++) {
    functions++;
  }
  REQUIRE(functions == 49);
  testcuda_reset();
  testcuda_fail("cuInit", 1, 100);
  REQUIRE(cuInit(0) == 100);
  MUST(cuInit(0));
  int device;
  testcuda_fail("cuDeviceGet", 1, 999);
  REQUIRE(cuDeviceGet(&device, 0) == 999);
  REQUIRE(testcuda_calls("cuDeviceGet") == 1 && testcuda_calls("cuInit") == 2);
}

TEST(another_devices_memory_needs_peer_access) {
  testcuda_reset();
  testcuda_devices(2, 1 << 20);
  MUST(cuInit(0));
  void* contexts[2];
  Address memory[2];
  for (int device : {0, 1}) {
    MUST(cuDevicePrimaryCtxRetain(&contexts[device], device));
    MUST(cuCtxSetCurrent(contexts[device]));
    MUST(cuMemAlloc_v2(&memory[device], 256));
    MUST(cuMemsetD8Async(memory[device], device, 256, nullptr));
    MUST(cuCtxSynchronize());
  }
  void* module;
  void* kernel;
  std::string ptx = ".version 7.0\n.target sm_80\n.visible .entry stagger_widen_bf16(\n.param .u64 a,\n.param .u64 b,\n"
                    ".param .u64 c\n)\n{}";
  MUST(cuModuleLoadData(&module, ptx.c_str()));
  MUST(cuModuleGetFunction(&kernel, module, "stagger_widen_bf16"));
  long long n = 64;
  void* values[] = {&memory[0], &memory[1], &n};
  REQUIRE(cuMemcpyPeerAsync(memory[1], contexts[0], memory[0], contexts[0], 4, nullptr) == 1);
  MUST(cuMemcpyPeerAsync(memory[1], contexts[1], memory[0], contexts[0], 128, nullptr));
  unsigned char copied[256];
  MUST(cuMemcpyDtoH_v2(copied, memory[1], 256));
  REQUIRE(copied[0] == 0 && copied[127] == 0 && copied[128] == 1);
  MUST(cuCtxEnablePeerAccess(contexts[0], 0));
  REQUIRE(cuCtxEnablePeerAccess(contexts[0], 0) == 704);
  MUST(cuLaunchKernel(kernel, 1, 1, 1, 256, 1, 1, 0, nullptr, values, nullptr));
  MUST(cuCtxSynchronize());
  // The other way round nobody enabled it.
  MUST(cuCtxSetCurrent(contexts[0]));
  void* theirs[] = {&memory[1], &memory[0], &n};
  MUST(cuModuleLoadData(&module, ptx.c_str()));
  MUST(cuModuleGetFunction(&kernel, module, "stagger_widen_bf16"));
  MUST(cuLaunchKernel(kernel, 1, 1, 1, 256, 1, 1, 0, nullptr, theirs, nullptr));
  REQUIRE(cuCtxSynchronize() == 700);
  REQUIRE(says("without peer access"));
}
