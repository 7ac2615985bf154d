#include "fibers.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "memory.h"

extern "C" char __start_cushared[], __stop_cushared[];

namespace emulation {

enum class State { READY, AT_BARRIER, AT_WARP_OPERATION, DONE };

struct Fiber {
  State state = State::DONE;
  bool started = false;
  Dim thread{};
  int number = 0;
  int site = 0;
  WarpOp op{};
  unsigned mask = 0;
  uint32_t words[WARP_WORDS];
  std::vector<PendingCopy> copies;
  std::vector<size_t> groups;
  jmp_buf context;
  ucontext_t first;
};

Dim thread_index, block_index, block_dim, grid_dim;

namespace {

Fiber* current = nullptr;

constexpr size_t STACK_BYTES = 128 * 1024;
constexpr size_t PAGE = 4096;
constexpr size_t SHARED_LIMIT = 256 * 1024;

std::vector<std::unique_ptr<Fiber>> fibers;
std::function<void()> const* body;
int threads;
unsigned arrivals[32];  // lanes of each warp that wait at a warp operation
jmp_buf scheduler;
jmp_buf failure;
std::string failure_text;
// Which OS thread may fault on purpose; others' faults are none of ours.
volatile bool guarded = false;
pthread_t guarded_thread;
char* dynamic_area = nullptr;
char* dynamic_start = nullptr;
struct sigaction old_segv, old_bus;

void fiber_main() {
  for (;;) {
    (*body)();
    current->state = State::DONE;
    if (!_setjmp(current->context)) {
      _longjmp(scheduler, 1);
    }
  }
}

Fiber& fiber(int number) {
  while (static_cast<int>(fibers.size()) <= number) {
    auto made = std::make_unique<Fiber>();
    char* stack = static_cast<char*>(mmap(
        nullptr, STACK_BYTES + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    if (stack == MAP_FAILED) {
      std::perror("testcuda: no memory for a fiber's stack");
      std::abort();
    }
    mprotect(stack, PAGE, PROT_NONE);
    getcontext(&made->first);
    made->first.uc_stack.ss_sp = stack + PAGE;
    made->first.uc_stack.ss_size = STACK_BYTES;
    made->first.uc_link = nullptr;
    made->number = static_cast<int>(fibers.size());
    fibers.push_back(std::move(made));
  }
  return *fibers[number];
}

// swapcontext asks the kernel for the signal mask at every switch; _setjmp and _longjmp don't.
void resume(Fiber& next) {
  current = &next;
  thread_index = next.thread;
  if (_setjmp(scheduler)) {
    return;
  }
  if (next.started) {
    _longjmp(next.context, 1);
  }
  next.started = true;
  // The signal mask of this OS thread, not of the one that made the fiber.
  pthread_sigmask(SIG_SETMASK, nullptr, &next.first.uc_sigmask);
  makecontext(&next.first, fiber_main, 0);
  setcontext(&next.first);
}

void yield() {
  if (!_setjmp(current->context)) {
    _longjmp(scheduler, 1);
  }
}

std::string where(const Fiber& fiber) {
  char text[160];
  std::snprintf(
      text, sizeof text, "block (%u, %u), thread %u", block_index.x, block_index.y, fiber.thread.x);
  return text;
}

std::string waiting_at(const Fiber& fiber) {
  const char* what = fiber.state == State::AT_BARRIER ? "waits at the barrier in line "
                                                      : "waits at the warp operation in line ";
  return where(fiber) + " " + what + std::to_string(fiber.site);
}

void poison_shared(unsigned bytes) {
  memory::poison(__start_cushared, __stop_cushared - __start_cushared);
  if (dynamic_area == nullptr) {
    dynamic_area = static_cast<char*>(mmap(
        nullptr, SHARED_LIMIT + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    mprotect(dynamic_area + SHARED_LIMIT, PAGE, PROT_NONE);
  }
  // Ends where the page begins that may not be touched.
  dynamic_start = dynamic_area + SHARED_LIMIT - (bytes + 15) / 16 * 16;
  memory::poison(dynamic_start, bytes);
}

// Releases the barrier if all threads of the block are there. An exited thread counts as missing: CUDA calls that
// undefined.
bool open_barrier() {
  int site = 0;
  for (int i = 0; i < threads; i++) {
    Fiber& f = *fibers[i];
    if (f.state != State::AT_BARRIER) {
      return false;
    }
    if (i > 0 && f.site != site) {
      failure_text = "threads of a block meet at different barriers: " + waiting_at(*fibers[0]) + ", " + waiting_at(f);
      return false;
    }
    site = f.site;
  }
  for (int i = 0; i < threads; i++) {
    fibers[i]->state = State::READY;
  }
  return true;
}

// False, with the reason in failure_text, if the block cannot end.
bool run_block(bool backwards) {
  std::memset(arrivals, 0, sizeof arrivals);
  for (int i = 0; i < threads; i++) {
    Fiber& f = fiber(i);
    f.state = State::READY;
    f.thread = {static_cast<unsigned>(i), 0, 0};
    f.copies.clear();
    f.groups.clear();
  }
  for (;;) {
    bool moved = false;
    int done = 0;
    for (int i = 0; i < threads; i++) {
      Fiber& f = *fibers[backwards ? threads - 1 - i : i];
      if (f.state == State::READY) {
        resume(f);
        moved = true;
      }
      done += f.state == State::DONE ? 1 : 0;
    }
    if (done == threads) {
      return true;
    }
    if (open_barrier() || moved) {
      continue;
    }
    if (failure_text.empty()) {
      for (int i = 0; i < threads; i++) {
        if (fibers[i]->state != State::DONE) {
          failure_text = "deadlock: " + waiting_at(*fibers[i]) + " for threads that never come";
          break;
        }
      }
    }
    return false;
  }
}

void run_grid(const Launch& launch) {
  unsigned long long number = 0;
  for (unsigned y = 0; y < grid_dim.y; y++) {
    for (unsigned x = 0; x < grid_dim.x; x++) {
      block_index = {x, y, 0};
      poison_shared(launch.shared_bytes);
      // Threads run in either order, so that a result which depends on it doesn't pass.
      if (!run_block(number++ % 2 == 1)) {
        return;
      }
    }
  }
}

void abandon_fibers() {
  for (auto& f : fibers) {
    f->started = false;
    f->state = State::DONE;
  }
}

void on_fault(int number, siginfo_t* info, void* context) {
  if (guarded && pthread_equal(guarded_thread, pthread_self())) {
    failure_text = memory::describe(info->si_addr);
    _longjmp(failure, 1);
  }
  struct sigaction& old = number == SIGSEGV ? old_segv : old_bus;
  if (old.sa_flags & SA_SIGINFO) {
    old.sa_sigaction(number, info, context);
  } else if (old.sa_handler != SIG_DFL && old.sa_handler != SIG_IGN) {
    old.sa_handler(number);
  } else {
    // The fault happens again, now without us.
    sigaction(number, &old, nullptr);
  }
}

}  // namespace

void* dynamic_shared() { return dynamic_start; }
std::vector<PendingCopy>& pending_copies() { return current->copies; }
std::vector<size_t>& pending_groups() { return current->groups; }

const void* device_pointer(const void* pointer) {
  if (!memory::is_device(pointer)) {
    fail_block("a table of device pointers holds one that isn't: " + memory::describe(pointer));
  }
  return memory::behind(pointer);
}

void fail_block(const std::string& why) {
  failure_text = why;
  _longjmp(failure, 1);
}

void barrier(int site) {
  current->state = State::AT_BARRIER;
  current->site = site;
  yield();
}

// The lanes of an operation's mask that the block has; its last warp may be short.
static unsigned lanes_expected(unsigned mask, int first) {
  return threads - first >= 32 ? mask : mask & ((1u << (threads - first)) - 1);
}

// Whether all lanes wait for the same operation; lanes receives what they brought.
static bool all_agree(const Fiber& me, unsigned expected, int first, uint32_t** lanes) {
  bool agree = true;
  for (int lane = 0; lane < 32; lane++) {
    if (expected >> lane & 1) {
      Fiber& other = *fibers[first + lane];
      agree &= other.op == me.op && other.mask == me.mask && other.site == me.site;
      lanes[lane] = other.words;
    }
  }
  return agree;
}

void warp_operation(WarpOp op, unsigned mask, int argument, uint32_t* words, int count, int site) {
  Fiber& me = *current;
  int first = me.number / 32 * 32;
  if (!(mask >> (me.number % 32) & 1)) {
    fail_block("a lane calls a warp operation with a mask that leaves it out, line " + std::to_string(site));
  }
  if (count > 0) {
    std::memcpy(me.words, words, count * sizeof(uint32_t));
  }
  me.state = State::AT_WARP_OPERATION;
  me.op = op;
  me.mask = mask;
  me.site = site;
  unsigned& arrived = arrivals[first / 32];
  arrived |= 1u << (me.number % 32);
  unsigned expected = lanes_expected(mask, first);
  uint32_t* lanes[32] = {};
  if ((arrived & expected) == expected && all_agree(me, expected, first, lanes)) {
    apply_warp_operation(op, expected, argument, lanes, count);
    arrived &= ~expected;
    for (int lane = 0; lane < 32; lane++) {
      if (expected >> lane & 1) {
        fibers[first + lane]->state = State::READY;
      }
    }
  } else {
    yield();
  }
  if (count > 0) {
    std::memcpy(words, me.words, count * sizeof(uint32_t));
  }
}

std::string run_guarded(const std::string& what, const std::function<void()>& work) {
  failure_text.clear();
  guarded_thread = pthread_self();
  if (!_setjmp(failure)) {
    guarded = true;
    work();
  }
  guarded = false;
  return failure_text.empty() ? "" : what + ": " + failure_text;
}

std::string run(const Launch& launch) {
  block_dim = launch.block;
  grid_dim = launch.grid;
  body = &launch.body;
  threads = static_cast<int>(launch.block.x);
  current = nullptr;
  std::string error = run_guarded(launch.kernel, [&] { run_grid(launch); });
  if (!error.empty()) {
    if (current != nullptr) {
      error += " (" + where(*current) + ")";
    }
    abandon_fibers();
  }
  return error;
}

void install_fault_handler() {
  struct sigaction action {};
  action.sa_sigaction = on_fault;
  // NODEFER: the handler leaves by a jump, and the next fault must come through.
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  sigaction(SIGSEGV, &action, &old_segv);
  sigaction(SIGBUS, &action, &old_bus);
}

}  // namespace emulation
