package io.stagger.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.stagger.api.strategy.PlacementStrategy;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.testkit.engine.Events;

/** The contract lets a sound strategy pass, and finds what is wrong with each broken one. */
class PlacementStrategyContractTest {

  private static Supplier<PlacementStrategy> underTest = BrokenStrategies.Sound::new;

  /** Found by its class only, never by a build: nested classes are not discovered. */
  static class Contract extends PlacementStrategyContract {
    @Override
    protected PlacementStrategy strategy() {
      return underTest.get();
    }

    @Override
    protected int requests() {
      return 40;
    }
  }

  private static Events run(Supplier<PlacementStrategy> strategy) {
    underTest = strategy;
    return ContractRun.of(Contract.class);
  }

  @Test
  void soundStrategyPasses() {
    Events events = run(BrokenStrategies.Sound::new);
    assertThat(ContractRun.failures(events)).isEmpty();
    assertThat(events.succeeded().count()).isGreaterThan(20);
  }

  static List<Arguments> brokenStrategies() {
    return List.of(
        broken(BrokenStrategies.UnknownExpert::new, "placesEveryRequest", "holds expert"),
        broken(BrokenStrategies.UnreachableExpert::new, "placesEveryRequest", "is on no rank"),
        broken(BrokenStrategies.RankDownInUse::new, "placesEveryRequest", "which is down"),
        broken(BrokenStrategies.LayerMissing::new, "placesEveryRequest", "layers; expected"),
        broken(BrokenStrategies.NullPointer::new, "placesEveryRequest", "planned by the test"),
        broken(BrokenStrategies.Refusing::new, "placesEveryRequest", "too many layers"),
        broken(BrokenStrategies.NullAnswer::new, "placesEveryRequest", "the answer is null"),
        broken(BrokenStrategies.WrongDecision::new, "placesEveryRequest", "requested strategy"),
        broken(BrokenStrategies.UnexplainedFallback::new, "placesEveryRequest", "no detail"),
        broken(BrokenStrategies.DeniesReplicas::new, "placesEveryRequest", "several slots"),
        broken(BrokenStrategies.Nondeterministic::new, "givesTheSameAnswerToThe", "asked again"),
        broken(BrokenStrategies.ThreadDependent::new, "givesTheSameAnswersToS", "threads"),
        broken(BrokenStrategies.LocaleDependent::new, "givesTheSameAnswersInE", "locale"),
        broken(BrokenStrategies.IllNamed::new, "hasWellFormedNames", "'My Strategy'"),
        broken(BrokenStrategies.ForbiddenDefault::new, "declaresOptions", "is not allowed"),
        broken(BrokenStrategies.BrokenByChoice::new, "placesWithEveryChoice", "is on no rank"),
        broken(BrokenStrategies.DeniesPrevious::new, "looksOnlyAtWhat", "previous placement"),
        broken(BrokenStrategies.DeniesGroups::new, "looksOnlyAtWhat", "groups"),
        broken(BrokenStrategies.PretendsToNeedLoad::new, "refusesWhat", "StaggerException"),
        broken(BrokenStrategies.NoPublicConstructor::new, "canBeFound", "constructor"));
  }

  private static Arguments broken(
      Supplier<PlacementStrategy> strategy, String test, String message) {
    return arguments(strategy.get().getClass().getSimpleName(), strategy, test, message);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("brokenStrategies")
  void brokenStrategyFailsTheTestOfWhatItBreaks(
      String name, Supplier<PlacementStrategy> strategy, String test, String message) {
    assertThat(failures(strategy)).anyMatch(f -> f.startsWith(test) && f.contains(message));
  }

  @Test
  void failureNamesTheSeedAndTheRequest() {
    assertThat(failures(BrokenStrategies.NullPointer::new))
        .anySatisfy(f -> assertThat(f).containsPattern("seed \\d+: .*\n +request: PlacementReq"));
  }

  @Test
  void nondeterministicAnswerIsShownWhereItFirstDiffers() {
    assertThat(failures(BrokenStrategies.Nondeterministic::new))
        .anySatisfy(
            f -> assertThat(f).containsPattern("layer 0, slot \\d+ holds expert \\d+, then"));
  }

  private static List<String> failures(Supplier<PlacementStrategy> strategy) {
    return ContractRun.failures(run(strategy));
  }
}
