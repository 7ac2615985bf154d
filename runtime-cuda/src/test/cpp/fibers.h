// Runs the blocks of a launch, each thread a fiber.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "emulation.h"

namespace emulation {

struct PendingCopy {
  void* shared;
  const void* global;  // null: zeros
};

// Of the running thread.
std::vector<PendingCopy>& pending_copies();
std::vector<size_t>& pending_groups();

// Ends the launch with an error; called from a kernel, does not return.
[[noreturn]] void fail_block(const std::string& why);

void apply_warp_operation(WarpOp op, unsigned mask, int argument, uint32_t* const* lanes, int count);

struct Launch {
  std::string kernel;
  std::function<void()> body;  // one thread
  Dim grid;
  Dim block;
  unsigned shared_bytes;
};

// Runs a launch. Returns an empty string, or what went wrong: a fault, a deadlock, a divergent barrier.
std::string run(const Launch& launch);

// Runs something that touches device memory outside of a kernel; likewise.
std::string run_guarded(const std::string& what, const std::function<void()>& body);

// Catches faults from now on; whatever isn't ours goes to the handler that was there before.
void install_fault_handler();

}  // namespace emulation
