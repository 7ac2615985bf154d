package io.stagger.testkit;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.stagger.api.Placement;
import io.stagger.api.PlacementRules;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.Decision.Outcome;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import java.util.List;

/** What an answer must be like, whatever the request. */
final class AnswerRules {

  private static final String CODE = "[A-Z][A-Z0-9_]*";

  private AnswerRules() {}

  /** Asks a strategy, and checks and returns the answer. */
  static PlacementResult assertAnswers(PlacementStrategy strategy, PlacementRequest request) {
    PlacementResult answer = strategy.place(request);
    assertNotNull(answer, "the answer is null");
    assertNotNull(answer.placement(), "the answer has no placement");
    assertNotNull(answer.decision(), "the answer has no decision");
    assertEquals(
        List.of(),
        PlacementRules.violations(answer.placement(), request.model(), request.cluster()),
        "rules that the placement breaks");
    assertTrue(
        strategy.traits().replicates() || answer.placement().maxReplicaCount() <= 1,
        "an expert has several slots, but the traits do not say that the strategy replicates");
    assertSensible(answer.decision(), strategy.name());
    return answer;
  }

  private static void assertSensible(Decision decision, String name) {
    boolean asRequested = decision.outcome() == Outcome.AS_REQUESTED;
    assertAll(
        decision.toString(),
        () -> assertEquals(name, decision.requested(), "the requested strategy"),
        () ->
            assertTrue(
                decision.effective().matches(ProviderRules.NAME),
                "the effective strategy has no name"),
        () -> assertTrue(decision.reason().matches(CODE), "the reason is not of the form " + CODE),
        () -> assertEquals(asRequested, decision.reason().equals(Decision.AS_REQUESTED), "reason"),
        () -> assertTrue(asRequested || !decision.detail().isBlank(), "the reason has no detail"),
        () -> assertTrue(!asRequested || decision.effective().equals(name), "effective strategy"),
        () -> assertFalse(decision.facts().containsValue(null), "a fact is null"));
  }

  /** Checks that two answers to one request are alike in every byte, and returns the second. */
  static PlacementResult assertSame(
      PlacementResult expected, PlacementResult actual, String circumstance) {
    assertEquals(
        expected.placement().fingerprint(),
        actual.placement().fingerprint(),
        () -> "another placement, " + circumstance + ": " + firstDifference(expected, actual));
    assertEquals(expected.decision(), actual.decision(), "another decision, " + circumstance);
    return actual;
  }

  private static String firstDifference(PlacementResult expected, PlacementResult actual) {
    Placement one = expected.placement();
    Placement other = actual.placement();
    assertNotEquals(one, other, "fingerprints of equal placements differ");
    for (int layer = 0; layer < one.layers(); layer++) {
      for (int slot = 0; slot < one.slots(); slot++) {
        if (one.logicalAt(layer, slot) != other.logicalAt(layer, slot)) {
          return "layer %d, slot %d holds expert %d, then %d"
              .formatted(layer, slot, one.logicalAt(layer, slot), other.logicalAt(layer, slot));
        }
      }
    }
    return one + ", then " + other;
  }
}
