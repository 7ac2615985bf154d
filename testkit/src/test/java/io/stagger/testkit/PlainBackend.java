package io.stagger.testkit;

import io.stagger.api.runtime.Availability;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.RuntimeBackend;
import io.stagger.api.runtime.RuntimeRequest;
import io.stagger.api.strategy.Options;

/** Opens {@link PlainRuntime}s, all with one fault. */
record PlainBackend(Fault fault) implements RuntimeBackend {

  /** What is wrong with a runtime. */
  enum Fault {
    NONE,
    COMBINES_IN_SLOT_ORDER,
    FORGETS_THE_LAST_CHOICE,
    SUMS_IN_BFLOAT16,
    GIVES_TIES_TO_THE_HIGHEST,
    WEIGHS_WITH_THE_BIAS,
    LOOKS_AT_THE_BATCH,
    NAMES_THE_WRONG_SLOTS,
    COUNTS_FOR_EVER,
    PROVES_NOTHING,
    PUBLISHES_TOO_EARLY,
    KEEPS_OLD_WEIGHTS,
    STAYS_OPEN,
    ROUTES_NAN,
    CHECKS_NO_BATCH,
    ANSWERS_IN_FLOATS,
    LEAKS_WHEN_OPENING_FAILS
  }

  @Override
  public String name() {
    return "plain";
  }

  @Override
  public Availability availability(Options options) {
    return Availability.yes("plain");
  }

  @Override
  public MoeRuntime open(RuntimeRequest request) {
    return new PlainRuntime(request, fault);
  }
}
