package io.stagger.api.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.strategy.Decision.Outcome;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DecisionTest {

  @Test
  void hasNothingToExplainWhereItDidWhatWasAsked() {
    assertThat(Decision.asRequested("zigzag"))
        .isEqualTo(
            new Decision("zigzag", "zigzag", Outcome.AS_REQUESTED, "AS_REQUESTED", "", Map.of()));
    assertThat(Decision.asRequested("zigzag").isFallback()).isFalse();
  }

  @Test
  void isNoFallbackWhereChoosingIsTheTask() {
    Decision decision = Decision.chosen("auto", "zigzag", "EXPERT_GROUPS", "It has 8 groups.");
    assertThat(decision.outcome()).isEqualTo(Outcome.CHOSEN);
    assertThat(decision.effective()).isEqualTo("zigzag");
    assertThat(decision.isFallback()).isFalse();
  }

  @Test
  void isAFallbackWhereItDidSomethingElse() {
    Decision decision = Decision.fallback("eplb", "linear", "NO_LOAD", "There is no load.");
    assertThat(decision.isFallback()).isTrue();
    assertThat(decision.requested()).isEqualTo("eplb");
    assertThat(decision.reason()).isEqualTo("NO_LOAD");
    assertThat(decision.detail()).isEqualTo("There is no load.");
  }

  @Test
  void keepsItsOwnFactsSortedByName() {
    Map<String, String> facts = new HashMap<>(Map.of("policy", "global", "nodes", "4"));
    Decision decision = new Decision("a", "a", Outcome.AS_REQUESTED, "AS_REQUESTED", "", facts);
    facts.clear();
    assertThat(decision.facts()).isUnmodifiable();
    assertThat(decision.facts().keySet()).containsExactly("nodes", "policy");
  }

  @Test
  void takesAnotherFactInACopy() {
    Decision decision = Decision.asRequested("eplb");
    assertThat(decision.with("b", "2").with("a", "1").facts().toString()).isEqualTo("{a=1, b=2}");
    assertThat(decision.facts()).isEmpty();
  }

  @Test
  void buildsTraitsFromNothing() {
    assertThat(StrategyTraits.NONE.needingLoad())
        .isEqualTo(new StrategyTraits(true, false, false, false, false));
    assertThat(StrategyTraits.NONE.replicating())
        .isEqualTo(new StrategyTraits(false, true, false, false, false));
    assertThat(StrategyTraits.NONE.usingGroups())
        .isEqualTo(new StrategyTraits(false, false, true, false, false));
    assertThat(StrategyTraits.NONE.workingIncrementally())
        .isEqualTo(new StrategyTraits(false, false, false, true, false));
    assertThat(StrategyTraits.NONE.usingRouting())
        .isEqualTo(new StrategyTraits(false, false, false, false, true));
    assertThat(StrategyTraits.NONE.needingLoad().replicating().usingGroups().workingIncrementally())
        .isEqualTo(new StrategyTraits(true, true, true, true, false));
  }
}
