package io.stagger.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import io.stagger.api.runtime.RuntimeBackend;
import io.stagger.testkit.PlainBackend.Fault;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

/** The contract lets a sound runtime pass, and finds what is wrong with each broken one. */
class MoeRuntimeContractTest {

  private static Fault fault = Fault.NONE;

  /** Found by its class only, never by a build: nested classes are not discovered. */
  static class Contract extends MoeRuntimeContract {
    @Override
    protected RuntimeBackend backend() {
      return new PlainBackend(fault);
    }
  }

  private static Events run(Fault with, DiscoverySelector tests) {
    fault = with;
    return EngineTestKit.engine("junit-jupiter").selectors(tests).execute().testEvents();
  }

  @Test
  void soundRuntimePasses() {
    Events events = run(Fault.NONE, selectClass(Contract.class));
    assertThat(events.failed().stream().map(Event::toString)).isEmpty();
    assertThat(events.succeeded().count()).isGreaterThan(50);
  }

  @ParameterizedTest
  @CsvSource({
    "COMBINES_IN_SLOT_ORDER, givesTheSameBitsUnderEveryPlacement",
    "FORGETS_THE_LAST_CHOICE, computesWhatTheOracleComputes",
    "SUMS_IN_BFLOAT16, computesWhatTheOracleComputes",
    "GIVES_TIES_TO_THE_HIGHEST, givesTiesToTheLowest",
    "WEIGHS_WITH_THE_BIAS, routesAsTheOracleDoes",
    "LOOKS_AT_THE_BATCH, givesATokenTheSameBitsInEveryBatch",
    "NAMES_THE_WRONG_SLOTS, givesTheSameBitsUnderEveryPlacement",
    "COUNTS_FOR_EVER, countsRoutedChoices",
    "PROVES_NOTHING, refusesToOpenWithALoaderThatIgnores",
    "PROVES_NOTHING, refusesToMigrateWithALoaderThatIgnores",
    "PUBLISHES_TOO_EARLY, keepsTheOldPlacementWhenLoading",
    "KEEPS_OLD_WEIGHTS, migratesFromPlacementToPlacement",
    "STAYS_OPEN, refusesEveryCallOnceItIsClosed",
    "ROUTES_NAN, refusesToRouteATokenThatIsNotFinite",
    "CHECKS_NO_BATCH, refusesBatchesAndRoutings",
    "ANSWERS_IN_FLOATS, roundsItsOutput",
    "LEAKS_WHEN_OPENING_FAILS, closesWhatItLoadedWhenOpeningFails"
  })
  void brokenRuntimeFailsTheTestOfWhatItBreaks(Fault broken, String test) {
    assertThat(failures(broken, test)).isPositive();
  }

  /** How many tests of a method fail. */
  private static long failures(Fault with, String method) {
    return run(with, selectMethod(Contract.class, method(method))).failed().count();
  }

  private static Method method(String name) {
    return Stream.of(MoeRuntimeContract.class, MoeRuntimeLifecycleContract.class)
        .flatMap(c -> Arrays.stream(c.getDeclaredMethods()))
        .filter(m -> m.getName().startsWith(name))
        .findFirst()
        .orElseThrow();
  }
}
