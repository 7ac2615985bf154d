package io.stagger.testkit;

import static org.junit.jupiter.api.Assertions.fail;

import io.stagger.api.strategy.PlacementRequest;
import java.util.function.Function;

/**
 * A request, and how to get it again.
 *
 * @param origin where it comes from: the seed, or the corner case
 * @param request the request, with options
 */
record NamedRequest(String origin, PlacementRequest request) {

  /** Does something with the request; if that fails, the failure tells origin and request. */
  <T> T check(Function<PlacementRequest, T> check) {
    try {
      return check.apply(request);
    } catch (AssertionError | RuntimeException e) {
      return fail(origin + ": " + e + "\n  request: " + request, e);
    }
  }
}
