package io.stagger.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.MoeSpec;
import io.stagger.api.Placement;
import io.stagger.api.RouterSpec;
import io.stagger.api.error.RuntimeUnavailableException;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.RuntimeRequest;
import io.stagger.api.strategy.Options;
import io.stagger.api.weights.TensorType;
import io.stagger.testkit.ReplicaPick;
import io.stagger.testkit.SyntheticLoader;
import io.stagger.testkit.SyntheticModel;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {

  private static final long MEBIBYTE = 1 << 20;

  /** Twelve experts of 3 x 256 x 512 floats: 1.5 MiB each, of which the driver makes 2. */
  private static final SyntheticModel MODEL =
      new SyntheticModel(
          "twelve large experts",
          new MoeSpec(
              ModelShape.of(1, 12, 2, 1, 1), RouterSpec.softmaxNormalized(), 256, 512, 0, false),
          TensorType.F32,
          3);

  private final TestDriver driver = TestDriver.fresh();
  private final SyntheticLoader loader = MODEL.loader();

  private Options options() {
    return driver.options().with("reserve-mb", 1L).with("lanes", 1L).with("tokens", 8L);
  }

  private MoeRuntime open(int ranks) {
    Cluster cluster = Cluster.of(1, ranks, 12);
    int[][] rows = {IntStream.range(0, 12).toArray()};
    Placement placement = Placement.of(cluster.layout(), 12, rows);
    return new CudaBackend()
        .open(new RuntimeRequest(cluster, placement, loader, ReplicaPick.FIRST, options()));
  }

  @Test
  void saysHowMuchIsMissingAndHowManyRanksWouldDo() {
    driver.devices(4, 10 * MEBIBYTE);

    RuntimeUnavailableException error =
        catchThrowableOfType(RuntimeUnavailableException.class, () -> open(2).close());

    assertThat(error.diagnosis().problem()).matches("3\\.\\d MiB of device memory are missing");
    assertThat(error.diagnosis().where()).startsWith("device 0 ");
    assertThat(error.diagnosis().expected())
        .matches(
            "13\\.\\d MiB: 12\\.0 MiB for the experts of 6 slots, \\d+ bytes for all else,"
                + " 1\\.0 MiB in reserve; 10\\.0 MiB are free");
    assertThat(error.diagnosis().remedy())
        .isEqualTo("Use at least 3 ranks, each on a device of its own with as much free memory");
    assertThat(driver.calls("cuMemAlloc_v2")).as("allocations before the budget").isZero();
    assertThat(driver.live("contexts")).isZero();
    open(3).close();
  }

  @Test
  void saysWhenNoNumberOfRanksWouldDo() {
    driver.devices(1, 2 * MEBIBYTE);

    assertThatExceptionOfType(RuntimeUnavailableException.class)
        .isThrownBy(() -> open(1))
        .withMessageContaining("No number of ranks would do: lower runtime.cuda.tokens");
  }

  @Test
  void whatFitsTheBudgetFitsTheDevice() {
    long least = 24 * MEBIBYTE;
    long most = 32 * MEBIBYTE;
    while (most - least > 1024) {
      long bytes = (least + most) / 2;
      if (opensWith(bytes)) {
        most = bytes;
      } else {
        least = bytes;
      }
    }
    assertThat(most).isBetween(25 * MEBIBYTE, 26 * MEBIBYTE);
  }

  /** Whether the budget allows it; whatever it allows must not fail later. */
  private boolean opensWith(long deviceBytes) {
    driver.reset();
    driver.devices(1, deviceBytes);
    try (MoeRuntime runtime = open(1)) {
      assertThat(driver.live("bytes") + MEBIBYTE).isLessThanOrEqualTo(deviceBytes);
      return runtime.placement().slots() == 12;
    } catch (RuntimeUnavailableException e) {
      return false;
    }
  }

  @Test
  void refusesAMigrationThatDoesNotFitBesideThePlacementInForce() {
    driver.devices(1, 30 * MEBIBYTE);
    try (MoeRuntime runtime = open(1)) {
      Placement before = runtime.placement();
      int[][] reversed = {IntStream.range(0, 12).map(slot -> 11 - slot).toArray()};
      Placement next = Placement.of(before.layout(), 12, reversed);

      assertThatExceptionOfType(RuntimeUnavailableException.class)
          .isThrownBy(() -> runtime.migrate(next))
          .withMessageContaining("MiB of device memory are missing")
          .withMessageContaining("24.0 MiB for the experts of 12 slots")
          .withMessageContaining("migrate in smaller steps");

      assertThat(runtime.placement()).isEqualTo(before);
      int[][] swapped = {{1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}};
      runtime.migrate(Placement.of(before.layout(), 12, swapped));
    }
    assertThat(loader.openRanks()).isZero();
  }
}
