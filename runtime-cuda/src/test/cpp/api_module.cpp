// Modules, functions, launches.
#include <cstdio>
#include <cstring>

#include "api.h"
#include "memory.h"

using namespace driver;

namespace {

constexpr int JIT_ERROR_LOG_BUFFER = 5;
constexpr int JIT_ERROR_LOG_BUFFER_BYTES = 6;
constexpr int MAX_DYNAMIC_SHARED = 8;

Context* context() { return current_context(); }

// The newest PTX that a driver takes: CUDA 11.0 knows PTX 7.0, and each later version one more.
int newest_ptx(int driver_version) { return (driver_version / 1000 - 4) * 10 + driver_version % 1000 / 10; }

std::string mismatch(const PtxEntry& entry) {
  const HostKernel* kernel = find_kernel(entry.name);
  if (kernel == nullptr) {
    return "entry " + entry.name + " of the PTX is no kernel of the sources";
  }
  if (kernel->parameter_bytes != entry.parameter_bytes) {
    return "entry " + entry.name + " has other parameters in the PTX than in the sources";
  }
  return "";
}

Result load(const std::string& ptx, Module*& module, std::string& why) {
  std::vector<PtxEntry> entries;
  int version = 0;
  int target = 0;
  if (!parse_ptx(ptx, entries, version, target)) {
    why = "no .version or .target";
    return INVALID_PTX;
  }
  if (version > newest_ptx(state().version)) {
    why = "PTX .version is newer than the driver's";
    return UNSUPPORTED_PTX_VERSION;
  }
  if (target > CAPABILITY) {
    why = "PTX .target is newer than the device";
    return NO_BINARY_FOR_GPU;
  }
  auto made = std::make_unique<Module>();
  made->context = context();
  for (const PtxEntry& entry : entries) {
    why = mismatch(entry);
    if (!why.empty()) {
      return INVALID_PTX;
    }
    made->functions[entry.name] =
        std::make_unique<Function>(Function{made.get(), entry, find_kernel(entry.name), 48 * 1024});
  }
  module = made.release();
  context()->modules.insert(module);
  return SUCCESS;
}

int load_and_log(Module** module, const char* image, char* log, size_t log_bytes) {
  if (module == nullptr || image == nullptr) {
    return INVALID_VALUE;
  }
  std::string why;
  Result result = load(image, *module, why);
  if (result != SUCCESS) {
    state().last_fault = why;
    if (log != nullptr && log_bytes > 0) {
      std::snprintf(log, log_bytes, "%s", why.c_str());
    }
  }
  return result;
}

bool is_function(Function* function) {
  for (Module* module : context()->modules) {
    for (auto& known : module->functions) {
      if (known.second.get() == function) {
        return true;
      }
    }
  }
  return false;
}

// The arguments of one launch, copied when it is made: the kernel gets what lies behind the pointers.
struct Arguments {
  std::vector<std::vector<char>> bytes;
  std::vector<void*> values;
  std::vector<void*> pointers;  // device addresses; null where a parameter is no pointer
};

void add(Arguments& to, const char* value, size_t bytes, bool is_pointer) {
  to.bytes.emplace_back(value, value + bytes);
  void* pointer = nullptr;
  if (is_pointer) {
    std::memcpy(&pointer, value, sizeof pointer);
    void* behind = memory::behind(pointer);
    std::memcpy(to.bytes.back().data(), &behind, sizeof behind);
  }
  to.pointers.push_back(pointer);
}

// A pointer that leads nowhere is found before the kernel, which would read the host's memory through it unpunished.
std::string bad_pointer(const Context& in, const HostKernel& kernel, const Arguments& arguments) {
  for (size_t i = 0; i < arguments.pointers.size(); i++) {
    void* pointer = arguments.pointers[i];
    memory::Range range;
    std::string which = kernel.name + ", parameter " + std::to_string(i) + ": ";
    if (pointer != nullptr && !memory::find(pointer, range)) {
      return which + memory::describe(pointer);
    }
    if (pointer != nullptr && range.device != in.device && !in.peers.count(range.device)) {
      return which + "memory of device " + std::to_string(range.device) + " without peer access";
    }
  }
  return "";
}

std::string damaged(const HostKernel& kernel, const Arguments& arguments) {
  for (void* pointer : arguments.pointers) {
    std::string damage = pointer == nullptr ? "" : memory::check(pointer);
    if (!damage.empty()) {
      return kernel.name + ": " + damage;
    }
  }
  return "";
}

Result run(Context& in, const HostKernel& kernel, const emulation::Launch& launch, const Arguments& arguments) {
  Failure& failure = state().launch_failure;
  if (failure.countdown > 0 && --failure.countdown == 0) {
    return fail(in, failure.code, kernel.name + " was made to fail");
  }
  std::string error = bad_pointer(in, kernel, arguments);
  if (error.empty()) {
    error = emulation::run(launch);
  }
  if (error.empty()) {
    error = damaged(kernel, arguments);
  }
  if (error.find("deadlock") != std::string::npos) {
    return fail(in, LAUNCH_TIMEOUT, error);
  }
  if (error.find("barrier") != std::string::npos) {
    return fail(in, LAUNCH_FAILED, error);
  }
  if (!error.empty()) {
    return fail(in, ILLEGAL_ADDRESS, error);
  }
  state().launches[kernel.name]++;
  return SUCCESS;
}

}  // namespace

EXPORT int cuModuleLoadData(Module** module, const void* image) {
  ENTER(cuModuleLoadData, CONTEXT);
  return load_and_log(module, static_cast<const char*>(image), nullptr, 0);
}

EXPORT int cuModuleLoadDataEx(
    Module** module, const void* image, unsigned count, const int* options, void* const* values) {
  ENTER(cuModuleLoadDataEx, CONTEXT);
  char* log = nullptr;
  size_t log_bytes = 0;
  for (unsigned i = 0; i < count; i++) {
    if (options[i] == JIT_ERROR_LOG_BUFFER) {
      log = static_cast<char*>(values[i]);
    } else if (options[i] == JIT_ERROR_LOG_BUFFER_BYTES) {
      // The value itself, in a pointer's clothes.
      log_bytes = reinterpret_cast<size_t>(values[i]) & 0xffffffffu;
    }
  }
  return load_and_log(module, static_cast<const char*>(image), log, log_bytes);
}

EXPORT int cuModuleUnload(Module* module) {
  ENTER_RELEASE(cuModuleUnload);
  return context()->modules.erase(module) > 0 || outcome != SUCCESS ? outcome : INVALID_HANDLE;
}

EXPORT int cuModuleGetFunction(Function** function, Module* module, const char* name) {
  ENTER(cuModuleGetFunction, CONTEXT);
  if (!context()->modules.count(module)) {
    return INVALID_HANDLE;
  }
  auto found = module->functions.find(name);
  if (found == module->functions.end()) {
    return NOT_FOUND;
  }
  *function = found->second.get();
  return SUCCESS;
}

EXPORT int cuFuncSetAttribute(Function* function, int attribute, int value) {
  ENTER(cuFuncSetAttribute, CONTEXT);
  if (!is_function(function)) {
    return INVALID_HANDLE;
  }
  if (attribute != MAX_DYNAMIC_SHARED || value < 0 || value > 227 * 1024) {
    return INVALID_VALUE;
  }
  function->dynamic_shared_limit = value;
  return SUCCESS;
}

EXPORT int cuFuncGetAttribute(int* value, int attribute, Function* function) {
  ENTER(cuFuncGetAttribute, CONTEXT);
  if (!is_function(function)) {
    return INVALID_HANDLE;
  }
  // Most threads of a block, and the dynamic shared memory; the rest only a compiler for GPUs knows.
  *value = attribute == 0 ? function->entry.max_threads
                          : attribute == MAX_DYNAMIC_SHARED ? function->dynamic_shared_limit : 0;
  return SUCCESS;
}

EXPORT int cuLaunchKernel(
    Function* function,
    unsigned grid_x,
    unsigned grid_y,
    unsigned grid_z,
    unsigned block_x,
    unsigned block_y,
    unsigned block_z,
    unsigned shared_bytes,
    Stream* handle,
    void** parameters,
    void** extra) {
  ENTER(cuLaunchKernel, CONTEXT);
  Stream* stream = handle == nullptr ? &context()->null_stream : handle;
  if (!is_function(function) || (handle != nullptr && !context()->streams.count(handle))) {
    return INVALID_HANDLE;
  }
  const HostKernel& kernel = *function->kernel;
  bool grid_fits = grid_x >= 1 && grid_x <= 0x7fffffffu && grid_y >= 1 && grid_y <= 65535 && grid_z == 1;
  bool block_fits = block_x >= 1 && block_x <= static_cast<unsigned>(function->entry.max_threads) && block_y == 1 &&
                    block_z == 1;
  bool shared_fits = shared_bytes <= static_cast<unsigned>(function->dynamic_shared_limit);
  if (!grid_fits || !block_fits || !shared_fits || extra != nullptr || parameters == nullptr) {
    return INVALID_VALUE;
  }
  auto arguments = std::make_shared<Arguments>();
  for (size_t i = 0; i < kernel.parameter_bytes.size(); i++) {
    add(*arguments, static_cast<const char*>(parameters[i]), kernel.parameter_bytes[i], kernel.pointers[i]);
  }
  for (auto& bytes : arguments->bytes) {
    arguments->values.push_back(bytes.data());
  }
  Context* in = context();
  const HostKernel* target = &kernel;
  emulation::Launch launch;
  launch.kernel = kernel.name;
  launch.body = [target, arguments] { target->run_thread(arguments->values.data()); };
  launch.grid = {grid_x, grid_y, grid_z};
  launch.block = {block_x, block_y, block_z};
  launch.shared_bytes = shared_bytes;
  enqueue(*stream, kernel.name, [=] { return run(*in, *target, launch, *arguments); });
  return SUCCESS;
}
