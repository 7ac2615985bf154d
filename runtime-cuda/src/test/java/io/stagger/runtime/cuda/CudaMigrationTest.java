package io.stagger.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.ReplicaPolicy;
import io.stagger.api.runtime.Routing;
import io.stagger.testkit.ReplicaPick;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CudaMigrationTest {

  /** An expert is one allocation, and a rank's table another. */
  private static final int RANKS = 2;

  private static final int CHANGED = 5;
  private static final int UNKNOWN = 999;

  private final TestDriver driver = TestDriver.fresh();
  private final Fixture fixture = new Fixture(driver);

  @AfterEach
  void nothingIsLeft() {
    fixture.requireNothingLeft();
  }

  private long allocationsOf(Runnable step) {
    long before = driver.calls("cuMemAlloc_v2");
    step.run();
    return driver.calls("cuMemAlloc_v2") - before;
  }

  @Test
  void allocatesOnlySlotsThatChangeAndUsesThemAgain() {
    try (MoeRuntime runtime = fixture.open()) {
      assertThat(allocationsOf(() -> runtime.migrate(Fixture.NEXT))).isEqualTo(CHANGED + RANKS);
      assertThat(allocationsOf(() -> runtime.migrate(Fixture.FIRST))).isEqualTo(RANKS);
      assertThat(allocationsOf(() -> runtime.migrate(Fixture.FIRST))).isEqualTo(RANKS);
    }
  }

  @Test
  void uploadsAnExpertThatReturnsToASlot() {
    float[] expected = fixture.expected(Fixture.batch(9));
    Placement[] steps = {Fixture.NEXT, Fixture.FIRST, Fixture.FIRST, Fixture.NEXT};
    try (MoeRuntime runtime = fixture.open(fixture.options().with("verify", true))) {
      for (Placement step : steps) {
        runtime.migrate(step);
        assertThat(runtime.forward(Fixture.batch(9)).hidden().toFloats()).isEqualTo(expected);
      }
    }
  }

  /**
   * A pass that is the last to use a placement fails halfway: what its kernels read must not be
   * given back before they have run.
   */
  @Test
  void waitsForThePassThatFailsOnThePlacementBefore() {
    float[] expected = fixture.expected(Fixture.batch(9));
    MoeRuntime[] runtime = new MoeRuntime[1];
    ReplicaPolicy migrating =
        new ReplicaPolicy() {
          @Override
          public String name() {
            return "migrating";
          }

          @Override
          public int[] choose(
              Placement placement, Cluster cluster, int layer, Routing routing, int sourceRank) {
            if (placement.equals(Fixture.FIRST)) {
              runtime[0].migrate(Fixture.NEXT);
              driver.fail("cuLaunchKernel", 8, UNKNOWN);
            }
            return ReplicaPick.SPREAD.choose(placement, cluster, layer, routing, sourceRank);
          }
        };
    runtime[0] = fixture.open(migrating);
    try (MoeRuntime open = runtime[0]) {
      CudaException error =
          catchThrowableOfType(CudaException.class, () -> open.forward(Fixture.batch(9)));

      assertThat(error).hasMessageContaining("cuLaunchKernel failed with CUDA_ERROR_UNKNOWN (999)");
      assertThat(error.getSuppressed()).as(driver.report()).isEmpty();
      assertThat(open.forward(Fixture.batch(9)).hidden().toFloats()).isEqualTo(expected);
    }
  }

  @Test
  void goesOnBesidePassesOnSeveralDevices() throws Exception {
    float[] expected = fixture.expected(Fixture.batch(9));
    driver.reset();
    driver.devices(2, 1L << 30);
    try (MoeRuntime runtime = fixture.open(fixture.options().with("lanes", 2L));
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<?> passes =
          threads.submit(() -> {
            for (int i = 0; i < 30; i++) {
              assertThat(runtime.forward(Fixture.batch(9)).hidden().toFloats()).isEqualTo(expected);
            }
          });
      for (int i = 0; i < 20 || !passes.isDone(); i++) {
        runtime.migrate(i % 2 == 0 ? Fixture.NEXT : Fixture.FIRST);
      }
      passes.get();
    }
  }
}
