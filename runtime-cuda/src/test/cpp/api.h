// The shape of an exported function.
#pragma once

#include "driver.h"

#define EXPORT extern "C" __attribute__((visibility("default")))

// Takes the lock, counts the call, fails if it was told to, checks what the call needs.
#define ENTER(function, needs)                                                 \
  std::lock_guard<std::recursive_mutex> guard(driver::state().lock);           \
  if (driver::Result entered = driver::begin(#function, driver::Needs::needs)) \
    return entered;                                                            \
  if (driver::Result told = driver::injected(#function)) return told

// The same for a function that releases something: it releases also where it was told to report a failure, and in a
// context that an earlier error has spoiled. A caller can do no more than report it.
#define ENTER_RELEASE(function)                                                \
  std::lock_guard<std::recursive_mutex> guard(driver::state().lock);           \
  driver::Result entered = driver::begin(#function, driver::Needs::CONTEXT);   \
  if (entered == driver::NOT_INITIALIZED || entered == driver::INVALID_CONTEXT) return entered; \
  driver::Result told = driver::injected(#function);                           \
  driver::Result outcome = told != driver::SUCCESS ? told : entered
