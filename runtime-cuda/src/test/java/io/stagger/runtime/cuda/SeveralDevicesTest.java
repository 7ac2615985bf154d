package io.stagger.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.runtime.MoeOutput;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.RuntimeRequest;
import io.stagger.api.runtime.TokenBatch;
import io.stagger.api.strategy.Options;
import io.stagger.testkit.Deployment;
import io.stagger.testkit.ReplicaPick;
import io.stagger.testkit.SyntheticModel;
import io.stagger.testkit.SyntheticModels;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SeveralDevicesTest {

  private static final int PEER_ACCESS_UNSUPPORTED = 217;
  private static final int TOO_MANY_PEERS = 711;

  private final TestDriver driver = TestDriver.fresh();
  private final Fixture fixture = new Fixture(driver);

  @AfterEach
  void nothingIsLeft() {
    fixture.requireNothingLeft();
  }

  private MoeRuntime open(SyntheticModel model, Deployment deployment, Options options) {
    return new CudaBackend()
        .open(
            new RuntimeRequest(
                deployment.cluster(),
                deployment.placement(),
                model.loader(),
                ReplicaPick.SPREAD,
                options));
  }

  @ParameterizedTest
  @CsvSource({"2, plain", "3, plain", "2, auto"})
  void giveTheBitsOfOneDeviceUnderEveryPlacement(int devices, String kernels) {
    driver.devices(devices, 1L << 30);
    SyntheticModel model = SyntheticModels.qwen2();
    TokenBatch batch = TokenBatch.of(0, model.hidden(19, 8), model.spec().hiddenSize());
    Options options = driver.options().with("tokens", 7L).with("kernels", kernels);
    Options oneDevice = options.with("devices", "0");
    for (Deployment deployment : Deployment.manyOf(model.spec().shape())) {
      try (MoeRuntime one = open(model, deployment, oneDevice);
          MoeRuntime several = open(model, deployment, options)) {
        assertThat(several.forward(batch).hidden().toFloats())
            .as(deployment.toString())
            .isEqualTo(one.forward(batch).hidden().toFloats());
      }
    }
    assertThat(driver.calls("cuMemcpyPeerAsync")).isPositive();
  }

  @Test
  void takeTokensFromEveryRank() {
    float[] expected = fixture.expected(Fixture.batch(6));
    driver.reset();
    driver.devices(2, 1L << 30);
    try (MoeRuntime runtime = fixture.open()) {
      TokenBatch batch = Fixture.batch(6);
      for (int rank = 0; rank < 2; rank++) {
        MoeOutput output = runtime.forward(new TokenBatch(0, batch.hidden(), rank));
        assertThat(output.hidden().toFloats()).isEqualTo(expected);
      }
    }
  }

  @Test
  void addUpWhatTheyRouted() {
    driver.devices(2, 1L << 30);
    try (MoeRuntime runtime = fixture.open()) {
      TokenBatch batch = Fixture.batch(6);
      runtime.forward(batch);
      runtime.forward(new TokenBatch(0, batch.hidden(), 1));

      assertThat(runtime.drainLoad().total(0)).isEqualTo(2 * 6 * 2);
    }
  }

  @Test
  void enableAccessToEachOther() {
    driver.devices(2, 1L << 30);
    fixture.open().close();
    assertThat(driver.calls("cuCtxEnablePeerAccess")).isEqualTo(2);
  }

  @Test
  void copyThroughTheHostWhereTheyCannotReachEachOther() {
    float[] expected = fixture.expected(Fixture.batch(6));
    driver.reset();
    driver.devices(2, 1L << 30);
    driver.keepDevicesApart();
    try (MoeRuntime runtime = fixture.open()) {
      assertThat(runtime.forward(Fixture.batch(6)).hidden().toFloats()).isEqualTo(expected);
    }
    assertThat(driver.calls("cuCtxEnablePeerAccess")).isZero();
  }

  /** The hardware limits how many peers a device has. */
  @ParameterizedTest
  @ValueSource(ints = {PEER_ACCESS_UNSUPPORTED, TOO_MANY_PEERS})
  void copyThroughTheHostWhereNoMorePeersCanBeReached(int code) {
    float[] expected = fixture.expected(Fixture.batch(6));
    driver.reset();
    driver.devices(2, 1L << 30);
    driver.fail("cuCtxEnablePeerAccess", 1, code);
    try (MoeRuntime runtime = fixture.open()) {
      assertThat(runtime.forward(Fixture.batch(6)).hidden().toFloats()).isEqualTo(expected);
    }
  }

  @Test
  void areNotUsedBeyondTheNumberOfRanks() {
    driver.devices(5, 1L << 30);
    fixture.open().close();
    assertThat(driver.calls("cuDevicePrimaryCtxRetain")).isEqualTo(2);
  }
}
