// State, work queues and the common part of every call.
#include <chrono>
#include <cstdlib>
#include <cstring>

#include "driver.h"

namespace driver {

State& state() {
  // Never destroyed: a JVM's threads may still call while the process exits.
  static State* the = new State;
  return *the;
}

Context*& current_context() {
  static thread_local Context* current = nullptr;
  return current;
}

bool alive(const Context* context) {
  for (auto& known : state().contexts) {
    if (known && known.get() == context) {
      return true;
    }
  }
  return false;
}

Result fail(Context& context, Result code, const std::string& why) {
  context.sticky = code;
  state().last_fault = why;
  // What was queued behind the failure never runs.
  context.null_stream.queue.clear();
  for (Stream* stream : context.streams) {
    stream->queue.clear();
  }
  return code;
}

void enqueue(Stream& stream, const std::string& what, std::function<Result()> run) {
  stream.queue.push_back({++state().sequence, what, std::move(run), nullptr});
}

// What must have run before a stream's work of this number: of the stream 0 for streams that heed it, and the reverse.
static Result before(Stream& stream, unsigned long long sequence) {
  Context& context = *stream.context;
  if (&stream == &context.null_stream) {
    for (Stream* other : std::set<Stream*>(context.streams)) {
      if (other->blocking) {
        Result result = drain(*other, sequence - 1);
        if (result != SUCCESS) {
          return result;
        }
      }
    }
    return SUCCESS;
  }
  return stream.blocking ? drain(context.null_stream, sequence - 1) : SUCCESS;
}

Result step(Stream& stream) {
  Context& context = *stream.context;
  if (context.sticky != SUCCESS || stream.queue.empty()) {
    return context.sticky;
  }
  Work work = std::move(stream.queue.front());
  stream.queue.pop_front();
  Result result = before(stream, work.sequence);
  if (result == SUCCESS && work.wait_for && !work.wait_for->done) {
    Result waited = drain(*work.wait_for->stream, work.wait_for->sequence);
    // The worst that a driver may do: whoever waits for another device that failed goes on and hears nothing of it.
    result = work.wait_for->stream->context == &context ? waited : SUCCESS;
  }
  if (result == SUCCESS && work.run) {
    result = work.run();
  }
  return result;
}

Result drain(Stream& stream, unsigned long long up_to) {
  if (stream.queue.empty()) {
    return stream.context->sticky;
  }
  while (!stream.queue.empty() && stream.queue.front().sequence <= up_to) {
    Result result = step(stream);
    if (result != SUCCESS) {
      return result;
    }
  }
  return stream.context->sticky;
}

Result drain_all(Context& context) {
  Result result = drain(context.null_stream, ~0ULL);
  for (Stream* stream : std::set<Stream*>(context.streams)) {
    if (result == SUCCESS) {
      result = drain(*stream, ~0ULL);
    }
  }
  return context.sticky;
}

Result injected(const char* function) {
  auto found = state().failures.find(function);
  if (found == state().failures.end() || --found->second.countdown > 0) {
    return SUCCESS;
  }
  Result code = found->second.code;
  state().failures.erase(found);
  state().last_fault = std::string(function) + " was made to fail";
  Context* context = current_context();
  if (loses_context(code) && alive(context)) {
    fail(*context, code, state().last_fault);
  }
  return code;
}

Result begin(const char* function, Needs needs) {
  state().calls[function]++;
  if (needs != Needs::NOTHING && !state().initialized) {
    return NOT_INITIALIZED;
  }
  if (needs == Needs::CONTEXT) {
    Context* context = current_context();
    if (context == nullptr || !alive(context)) {
      return INVALID_CONTEXT;
    }
    return context->sticky;
  }
  return SUCCESS;
}

}  // namespace driver
