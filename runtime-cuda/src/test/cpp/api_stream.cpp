// Streams and events.
#include <chrono>

#include "api.h"

using namespace driver;

namespace {

Context* context() { return current_context(); }

Stream* stream_of(Stream* handle) {
  if (handle == nullptr) {
    return &context()->null_stream;
  }
  return context()->streams.count(handle) && !handle->destroyed ? handle : nullptr;
}

// Events of one device may be waited for on another.
bool is_event(Event* event) {
  for (auto& known : state().contexts) {
    if (known && known->events.count(event)) {
      return true;
    }
  }
  return false;
}

double now() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

EXPORT int cuStreamCreate(Stream** stream, unsigned flags) {
  ENTER(cuStreamCreate, CONTEXT);
  if (flags > 1) {
    return INVALID_VALUE;
  }
  *stream = new Stream{context(), (flags & 1) == 0, false, {}};
  context()->streams.insert(*stream);
  return SUCCESS;
}

EXPORT int cuStreamDestroy_v2(Stream* stream) {
  ENTER_RELEASE(cuStreamDestroy_v2);
  if (!context()->streams.count(stream)) {
    return outcome != SUCCESS ? outcome : INVALID_HANDLE;
  }
  // Its queue still runs to the end, as a device's would; the object stays, so that its address is never another's.
  Result drained = drain(*stream, ~0ULL);
  context()->streams.erase(stream);
  return outcome != SUCCESS ? outcome : drained;
}

EXPORT int cuStreamSynchronize(Stream* handle) {
  ENTER(cuStreamSynchronize, CONTEXT);
  Stream* stream = stream_of(handle);
  return stream == nullptr ? INVALID_HANDLE : drain(*stream, ~0ULL);
}

// Each query does one piece of work, so that who polls gets there, but never at the first try.
EXPORT int cuStreamQuery(Stream* handle) {
  ENTER(cuStreamQuery, CONTEXT);
  Stream* stream = stream_of(handle);
  if (stream == nullptr) {
    return INVALID_HANDLE;
  }
  if (stream->queue.empty()) {
    return SUCCESS;
  }
  Result result = step(*stream);
  return result != SUCCESS ? result : NOT_READY;
}

EXPORT int cuStreamWaitEvent(Stream* handle, Event* event, unsigned flags) {
  ENTER(cuStreamWaitEvent, CONTEXT);
  Stream* stream = stream_of(handle);
  if (stream == nullptr || !is_event(event)) {
    return INVALID_HANDLE;
  }
  if (flags > 1) {
    return INVALID_VALUE;
  }
  if (event->record) {
    stream->queue.push_back({++state().sequence, "cuStreamWaitEvent", nullptr, event->record});
  }
  return SUCCESS;
}

EXPORT int cuEventCreate(Event** event, unsigned flags) {
  ENTER(cuEventCreate, CONTEXT);
  if (flags > 7) {
    return INVALID_VALUE;
  }
  *event = new Event{context(), (flags & 2) == 0, nullptr};
  context()->events.insert(*event);
  return SUCCESS;
}

EXPORT int cuEventDestroy_v2(Event* event) {
  ENTER_RELEASE(cuEventDestroy_v2);
  for (auto& owner : state().contexts) {
    if (owner && owner->events.erase(event) > 0) {
      return outcome;
    }
  }
  return outcome != SUCCESS ? outcome : INVALID_HANDLE;
}

EXPORT int cuEventRecord(Event* event, Stream* handle) {
  ENTER(cuEventRecord, CONTEXT);
  Stream* stream = stream_of(handle);
  if (stream == nullptr || !is_event(event) || event->context != stream->context) {
    return INVALID_HANDLE;
  }
  auto record = std::make_shared<Record>();
  record->stream = stream;
  enqueue(*stream, "cuEventRecord", [record] {
    record->done = true;
    record->milliseconds = now();
    return SUCCESS;
  });
  record->sequence = stream->queue.back().sequence;
  event->record = record;
  return SUCCESS;
}

EXPORT int cuEventQuery(Event* event) {
  ENTER(cuEventQuery, CONTEXT);
  if (!is_event(event)) {
    return INVALID_HANDLE;
  }
  if (!event->record || event->record->done) {
    return SUCCESS;
  }
  Result result = step(*event->record->stream);
  return result != SUCCESS ? result : NOT_READY;
}

EXPORT int cuEventSynchronize(Event* event) {
  ENTER(cuEventSynchronize, CONTEXT);
  if (!is_event(event)) {
    return INVALID_HANDLE;
  }
  if (!event->record || event->record->done) {
    return SUCCESS;
  }
  return drain(*event->record->stream, event->record->sequence);
}

EXPORT int cuEventElapsedTime(float* milliseconds, Event* start, Event* end) {
  ENTER(cuEventElapsedTime, CONTEXT);
  if (!is_event(start) || !is_event(end) || !start->timing || !end->timing || !start->record || !end->record) {
    return INVALID_HANDLE;
  }
  if (!start->record->done || !end->record->done) {
    return NOT_READY;
  }
  *milliseconds = static_cast<float>(end->record->milliseconds - start->record->milliseconds);
  return SUCCESS;
}
