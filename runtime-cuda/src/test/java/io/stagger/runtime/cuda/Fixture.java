package io.stagger.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.MoeSpec;
import io.stagger.api.Placement;
import io.stagger.api.RouterSpec;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.ReplicaPolicy;
import io.stagger.api.runtime.RuntimeRequest;
import io.stagger.api.runtime.TokenBatch;
import io.stagger.api.strategy.Options;
import io.stagger.api.weights.TensorType;
import io.stagger.testkit.ReplicaPick;
import io.stagger.testkit.SyntheticLoader;
import io.stagger.testkit.SyntheticModel;

/** A layer on two ranks, with a placement to begin with and one to migrate to. */
final class Fixture {

  static final MoeSpec SPEC =
      new MoeSpec(ModelShape.of(1, 4, 2, 1, 1), RouterSpec.softmaxNormalized(), 24, 16, 20, true);

  static final SyntheticModel MODEL = new SyntheticModel("small, bf16", SPEC, TensorType.BF16, 77);

  /** Three slots on each rank. */
  static final Cluster CLUSTER = Cluster.of(1, 2, 6);

  static final Placement FIRST = placement(0, 1, 2, 3, 0, 1);

  /** Keeps the first slot, and no other. */
  static final Placement NEXT = placement(0, 3, 1, 2, 3, 0);

  final TestDriver driver;
  final SyntheticLoader loader = MODEL.loader();

  Fixture(TestDriver driver) {
    this.driver = driver;
  }

  static Placement placement(int... physicalToLogical) {
    return Placement.of(CLUSTER.layout(), 4, new int[][] {physicalToLogical});
  }

  /** The driver's options with one lane. */
  Options options() {
    return driver.options().with("lanes", 1L);
  }

  MoeRuntime open() {
    return open(options());
  }

  MoeRuntime open(Options options) {
    return open(CLUSTER, FIRST, options);
  }

  MoeRuntime open(ReplicaPolicy replicas) {
    return open(CLUSTER, FIRST, replicas, options());
  }

  MoeRuntime open(Cluster cluster, Placement placement, Options options) {
    return open(cluster, placement, ReplicaPick.SPREAD, options);
  }

  private MoeRuntime open(
      Cluster cluster, Placement placement, ReplicaPolicy replicas, Options options) {
    return new CudaBackend()
        .open(new RuntimeRequest(cluster, placement, loader, replicas, options));
  }

  /** Tokens of rank 0. */
  static TokenBatch batch(int tokens) {
    return TokenBatch.of(0, MODEL.hidden(tokens, 5), SPEC.hiddenSize());
  }

  /** What the model gives for a batch on one device. */
  float[] expected(TokenBatch batch) {
    try (MoeRuntime runtime = open()) {
      return runtime.forward(batch).hidden().toFloats();
    }
  }

  /** Checks that neither the driver nor the loader has anything open. */
  void requireNothingLeft() {
    for (String kind : TestDriver.kinds()) {
      assertThat(driver.live(kind)).as(kind + ", " + driver.report()).isZero();
    }
    assertThat(loader.openRanks()).as("ranks that the loader has open").isZero();
  }
}
