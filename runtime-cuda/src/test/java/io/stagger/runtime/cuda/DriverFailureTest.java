package io.stagger.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.stagger.api.Load;
import io.stagger.api.error.StaggerException;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.TokenBatch;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.ThrowingConsumer;

/**
 * Every call of the driver that a runtime makes on two devices fails once: each time the error
 * names it, nothing is left behind, and the process goes on.
 */
class DriverFailureTest {

  private static final int UNKNOWN = 999;
  private static final int ILLEGAL_ADDRESS = 700;
  private static final TokenBatch BATCH = Fixture.batch(5);

  private final TestDriver driver = TestDriver.fresh();
  private final Fixture fixture = new Fixture(driver);

  @BeforeEach
  void twoDevices() {
    driver.devices(2, 1L << 30);
  }

  /** Several chunks, tensor kernels, read back: what makes the most different calls. */
  private MoeRuntime open() {
    return fixture.open(
        fixture.options().with("tokens", 4L).with("kernels", "auto").with("verify", true));
  }

  private interface Step {
    void run() throws Throwable;
  }

  /** Calls of each function that a step makes. */
  private Map<String, Long> callsOf(Step step) throws Throwable {
    Map<String, Long> calls = new TreeMap<>();
    driver.functions().forEach(name -> calls.put(name, -driver.calls(name)));
    step.run();
    driver.functions().forEach(name -> calls.merge(name, driver.calls(name), Long::sum));
    calls.values().removeIf(count -> count == 0);
    return calls;
  }

  /** A test for each function, in which each of its calls fails in turn. */
  private Stream<DynamicTest> eachFailing(Map<String, Long> calls, ThrowingConsumer<Failure> test) {
    return calls.entrySet().stream()
        .map(entry ->
            dynamicTest(
                entry.getKey() + " of " + entry.getValue() + " calls",
                () -> {
                  for (long nth = 1; nth <= entry.getValue(); nth++) {
                    test.accept(new Failure(entry.getKey(), nth));
                    fixture.requireNothingLeft();
                  }
                }));
  }

  private final class Failure {

    final String function;
    private final long nth;

    Failure(String function, long nth) {
      this.function = function;
      this.nth = nth;
    }

    void inject() {
      driver.fail(function, nth, UNKNOWN);
    }

    /** Checks that a step fails with an error that names the call. */
    void requireThrownBy(Step step) {
      requireNamedBy(catchThrowableOfType(StaggerException.class, step::run));
    }

    void requireNamedBy(StaggerException error) {
      assertThat(error)
          .as("call %d of %s", nth, function)
          .isNotNull()
          .hasMessageContaining(function + " failed with CUDA_ERROR_UNKNOWN (999): ");
    }
  }

  @TestFactory
  Stream<DynamicTest> anErrorWhileOpeningLeavesNothingBehind() throws Throwable {
    MoeRuntime[] opened = new MoeRuntime[1];
    Map<String, Long> calls = callsOf(() -> opened[0] = open());
    opened[0].close();
    return eachFailing(
        calls,
        failure -> {
          failure.inject();
          failure.requireThrownBy(this::open);
        });
  }

  @TestFactory
  Stream<DynamicTest> anErrorInAForwardPassSpoilsNoOther() throws Throwable {
    Map<String, Long> calls;
    float[] expected;
    try (MoeRuntime runtime = open()) {
      expected = runtime.forward(BATCH).hidden().toFloats();
      calls = callsOf(() -> runtime.forward(BATCH));
    }
    return eachFailing(
        calls,
        failure -> {
          try (MoeRuntime runtime = open()) {
            failure.inject();
            failure.requireThrownBy(() -> runtime.forward(BATCH));
            assertThat(runtime.forward(BATCH).hidden().toFloats()).isEqualTo(expected);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> anErrorWhileMigratingLeavesThePlacementAsItWas() throws Throwable {
    Map<String, Long> calls;
    float[] expected;
    try (MoeRuntime runtime = open()) {
      expected = runtime.forward(BATCH).hidden().toFloats();
      calls = callsOf(() -> runtime.migrate(Fixture.NEXT));
    }
    return eachFailing(
        calls,
        failure -> {
          MoeRuntime runtime = open();
          failure.inject();
          StaggerException error =
              catchThrowableOfType(StaggerException.class, () -> runtime.migrate(Fixture.NEXT));
          assertThat(runtime.forward(BATCH).hidden().toFloats()).isEqualTo(expected);
          if (error == null) {
            // What fails while the old placement is taken away no longer concerns the new one.
            assertThat(runtime.placement()).isEqualTo(Fixture.NEXT);
            failure.requireThrownBy(runtime::close);
          } else {
            failure.requireNamedBy(error);
            assertThat(runtime.placement()).isEqualTo(Fixture.FIRST);
            runtime.migrate(Fixture.NEXT);
            assertThat(runtime.forward(BATCH).hidden().toFloats()).isEqualTo(expected);
            runtime.close();
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> anErrorWhileCountsAreReadLosesNone() throws Throwable {
    Map<String, Long> calls;
    Load expected;
    try (MoeRuntime runtime = open()) {
      runtime.drainLoad();
      runtime.forward(BATCH);
      Load[] drained = new Load[1];
      calls = callsOf(() -> drained[0] = runtime.drainLoad());
      expected = drained[0];
    }
    return eachFailing(
        calls,
        failure -> {
          try (MoeRuntime runtime = open()) {
            runtime.forward(BATCH);
            failure.inject();
            failure.requireThrownBy(runtime::drainLoad);
            assertThat(runtime.drainLoad()).isEqualTo(expected);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> anErrorWhileClosingIsToldAndTheRestIsGivenBack() throws Throwable {
    MoeRuntime runtime = open();
    Map<String, Long> calls = callsOf(runtime::close);
    return eachFailing(
        calls,
        failure -> {
          MoeRuntime closing = open();
          failure.inject();
          failure.requireThrownBy(closing::close);
          closing.close();
        });
  }

  @Test
  void aKernelThatFailsIsNamedAndLosesTheDevice() {
    MoeRuntime runtime = open();
    driver.failLaunch(3, ILLEGAL_ADDRESS);

    CudaException error = catchThrowableOfType(CudaException.class, () -> runtime.forward(BATCH));

    assertThat(error)
        .hasMessageContaining("cuStreamSynchronize failed with CUDA_ERROR_ILLEGAL_ADDRESS (700)")
        .hasMessageContaining("after kernels [stagger_router_logits_f32, stagger_route]")
        .hasMessageContaining("close the runtime and start a new process");
    assertThat(error.isContextLost()).isTrue();
    assertThat(catchThrowableOfType(CudaException.class, () -> runtime.forward(BATCH))).isNotNull();
    assertThat(catchThrowableOfType(CudaException.class, runtime::close)).isNotNull();
    fixture.requireNothingLeft();
  }

  @Test
  void aDeviceThatIsNotTheTokensHomeIsAskedForItsOwnErrors() {
    MoeRuntime runtime = open();
    // Of one chunk the first two kernels are the router's, at home; the other device comes next.
    driver.failLaunch(3, ILLEGAL_ADDRESS);

    CudaException error =
        catchThrowableOfType(CudaException.class, () -> runtime.forward(Fixture.batch(4)));

    assertThat(error)
        .hasMessageContaining("stream of device 1")
        .hasMessageContaining("after kernels [stagger_slot_counts,")
        .hasMessageContaining("cuStreamSynchronize failed with CUDA_ERROR_ILLEGAL_ADDRESS (700)");
    assertThat(catchThrowableOfType(CudaException.class, runtime::close)).isNotNull();
    fixture.requireNothingLeft();
  }
}
