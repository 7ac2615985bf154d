// The state of the emulated driver. Everything here is guarded by one lock, which every exported function takes.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "fibers.h"

namespace driver {

// The driver's error codes, as far as they are used here.
enum Result {
  SUCCESS = 0,
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  NOT_INITIALIZED = 3,
  DEINITIALIZED = 4,
  NO_DEVICE = 100,
  INVALID_DEVICE = 101,
  INVALID_CONTEXT = 201,
  PEER_ACCESS_UNSUPPORTED = 217,
  NO_BINARY_FOR_GPU = 209,
  INVALID_PTX = 218,
  UNSUPPORTED_PTX_VERSION = 222,
  INVALID_HANDLE = 400,
  NOT_FOUND = 500,
  NOT_READY = 600,
  ILLEGAL_ADDRESS = 700,
  LAUNCH_OUT_OF_RESOURCES = 701,
  LAUNCH_TIMEOUT = 702,
  PEER_ACCESS_ALREADY_ENABLED = 704,
  LAUNCH_FAILED = 719,
  NOT_SUPPORTED = 801,
  UNKNOWN = 999
};

struct Context;
struct Stream;

// One recording of an event.
struct Record {
  Stream* stream;
  unsigned long long sequence;
  bool done = false;
  double milliseconds = 0;
};

struct Work {
  unsigned long long sequence;
  std::string what;
  std::function<Result()> run;        // empty for a wait
  std::shared_ptr<Record> wait_for;   // or null
};

struct Stream {
  Context* context;
  bool blocking;
  bool destroyed = false;
  std::deque<Work> queue;
};

struct Event {
  Context* context;
  bool timing;
  std::shared_ptr<Record> record;  // null: never recorded
};

struct PtxEntry {
  std::string name;
  std::vector<int> parameter_bytes;
  int max_threads = 1024;
};

// A kernel as the host compiler saw it.
struct HostKernel {
  std::string name;
  std::vector<int> parameter_bytes;
  std::vector<bool> pointers;
  std::function<void(void* const*)> run_thread;
};

struct Module;

struct Function {
  Module* module;
  PtxEntry entry;
  const HostKernel* kernel;
  int dynamic_shared_limit = 48 * 1024;
};

struct Module {
  Context* context;
  std::map<std::string, std::unique_ptr<Function>> functions;
};

struct Context {
  int device;
  int retains = 0;
  Result sticky = SUCCESS;
  Stream null_stream;
  std::set<Stream*> streams;
  std::set<Event*> events;
  std::set<Module*> modules;
  std::map<void*, size_t> allocations;
  std::map<void*, size_t> pinned;
  std::set<int> peers;
  size_t used_bytes = 0;
};

struct Failure {
  long long countdown;
  Result code;
};

struct State {
  std::recursive_mutex lock;
  bool initialized = false;
  int version = 13000;
  int devices = 1;
  std::map<int, int> capabilities;  // of devices that differ from the rest, ten times the major and the minor
  bool peers_reach_each_other = true;
  size_t device_bytes = size_t{8} << 30;
  std::vector<std::unique_ptr<Context>> contexts;  // primary contexts, by device; null where none is
  std::map<std::string, long long> calls;
  std::map<std::string, Failure> failures;
  Failure launch_failure{0, SUCCESS};
  std::map<std::string, long long> launches;
  unsigned long long sequence = 0;
  long long leaked = 0;
  std::string last_fault;
};

constexpr int CAPABILITY = 90;

State& state();
Context*& current_context();  // of the calling OS thread; may be one that is gone
bool alive(const Context* context);

// Work queues.
void enqueue(Stream& stream, const std::string& what, std::function<Result()> run);
Result drain(Stream& stream, unsigned long long up_to);
Result drain_all(Context& context);
Result step(Stream& stream);
// Makes an error stick to the context and remembers what happened.
Result fail(Context& context, Result code, const std::string& why);

// What is left of a call once the common part is done: counted, made to fail, initialised, context current.
enum class Needs { NOTHING, INIT, CONTEXT };
Result begin(const char* function, Needs needs);
// Whether this call of a releasing function is to report a failure, after it has released.
Result injected(const char* function);

// PTX and kernels.
bool parse_ptx(const std::string& text, std::vector<PtxEntry>& entries, int& version, int& target);
const HostKernel* find_kernel(const std::string& name);
void register_kernel(HostKernel kernel);

const char* error_name(int code);
const char* error_text(int code);
// Whether nothing works any more in a context that met this error.
bool loses_context(int code);

template <typename... P, size_t... I>
void call_kernel(void (*kernel)(P...), void* const* values, std::index_sequence<I...>) {
  kernel(*static_cast<std::remove_const_t<P>*>(values[I])...);
}

// Registers a kernel when the library is loaded: its name, the sizes of its parameters, and how a thread calls it.
struct Registration {
  template <typename... P>
  Registration(const char* name, void (*kernel)(P...)) {
    HostKernel entry;
    entry.name = name;
    entry.parameter_bytes = {static_cast<int>(sizeof(P))...};
    entry.pointers = {std::is_pointer_v<P>...};
    entry.run_thread = [kernel](void* const* values) {
      call_kernel(kernel, values, std::index_sequence_for<P...>{});
    };
    register_kernel(std::move(entry));
  }
};

#define HOST_KERNEL(name) static const driver::Registration registration_of_##name(#name, name)

}  // namespace driver
