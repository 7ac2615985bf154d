package io.stagger.runtime.cpu;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.Migration;
import io.stagger.api.MoeSpec;
import io.stagger.api.Placement;
import io.stagger.api.PlacementRules;
import io.stagger.api.runtime.MoeOutput;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.ReplicaPolicy;
import io.stagger.api.runtime.Routing;
import io.stagger.api.runtime.RuntimeRequest;
import io.stagger.api.runtime.TokenBatch;
import io.stagger.api.runtime.support.BatchCheck;
import io.stagger.api.runtime.support.CallGate;
import io.stagger.api.runtime.support.LayerCheck;
import io.stagger.api.runtime.support.SlotChoices;
import io.stagger.api.weights.LayerWeights;
import io.stagger.api.weights.LoadProof;
import io.stagger.api.weights.WeightLoader;
import java.util.List;

/**
 * All ranks of a model in this process, on the CPU.
 *
 * <p>A token whose hidden state holds NaN or infinity is refused by {@link #route}; {@link
 * #experts} computes with it as IEEE 754 says, which spoils that token's row and no other.
 */
final class CpuRuntime implements MoeRuntime {

  /** Rows of the router that a task multiplies. */
  private static final int ROUTER_ROWS = 8;

  private final WeightLoader loader;
  private final Cluster cluster;
  private final ReplicaPolicy replicas;
  private final MoeSpec spec;
  private final Kernels kernels;
  private final WorkCrew crew;
  private final List<LayerWeights> layers;
  private final List<float[]> biases;
  private final ReferenceRouter router;
  private final LayerPass pass;
  private final BatchCheck check;
  private final LoadCounter counter;
  private final CallGate gate = new CallGate();
  private final Object migration = new Object();
  private volatile LoadedPlacement current;

  CpuRuntime(RuntimeRequest request, Kernels kernels, int threads) {
    this.loader = request.loader();
    this.cluster = request.cluster();
    this.replicas = request.replicas();
    this.spec = loader.spec();
    this.kernels = kernels;
    this.layers = LayerCheck.load(loader);
    this.biases = layers.stream().map(CpuRuntime::bias).toList();
    this.router = new ReferenceRouter(spec.shape(), spec.router());
    this.check = new BatchCheck(spec, cluster);
    this.counter = new LoadCounter(spec.shape());
    this.current = LoadedPlacement.load(request.placement(), loader);
    this.crew = new WorkCrew(threads);
    this.pass = new LayerPass(spec, kernels, crew);
  }

  private static float[] bias(LayerWeights layer) {
    return layer
        .correctionBias()
        .map(bias -> bias.toFloats())
        .orElseGet(() -> new float[layer.router().size(0)]);
  }

  @Override
  public String description() {
    return gate.call(() -> "cpu: " + kernels.description() + ", " + crew.threads() + " threads");
  }

  @Override
  public MoeSpec spec() {
    return gate.call(() -> spec);
  }

  @Override
  public Placement placement() {
    return gate.call(() -> current.placement());
  }

  @Override
  public List<LoadProof> proofs() {
    return gate.call(() -> current.proofs());
  }

  @Override
  public Routing route(TokenBatch batch) {
    return gate.call(() -> routed(batch, floats(batch)));
  }

  @Override
  public MoeOutput experts(TokenBatch batch, Routing routing) {
    return gate.call(() -> computed(batch, floats(batch), routing));
  }

  @Override
  public MoeOutput forward(TokenBatch batch) {
    return gate.call(() -> {
      float[] hidden = floats(batch);
      return computed(batch, hidden, routed(batch, hidden));
    });
  }

  private float[] floats(TokenBatch batch) {
    check.require(batch);
    float[] hidden = new float[Math.multiplyExact(batch.tokens(), spec.hiddenSize())];
    HiddenStates.read(Matrix.of(batch.hidden()), 0, batch.tokens(), hidden);
    return hidden;
  }

  private Routing routed(TokenBatch batch, float[] hidden) {
    int experts = spec.shape().experts();
    double[] logits = new double[Math.multiplyExact(batch.tokens(), experts)];
    Matrix rows = Matrix.of(layers.get(batch.layer()).router());
    crew.run(
        Math.ceilDiv(experts, ROUTER_ROWS),
        task -> {
          int from = task * ROUTER_ROWS;
          int to = Math.min(experts, from + ROUTER_ROWS);
          RouterProduct.multiply(rows, from, to, hidden, logits, experts);
        });
    return router.route(logits, biases.get(batch.layer()));
  }

  private MoeOutput computed(TokenBatch batch, float[] hidden, Routing routing) {
    check.require(batch, routing);
    LoadedPlacement loaded = retained();
    try {
      Placement placement = loaded.placement();
      int[] slots = SlotChoices.choose(replicas, placement, cluster, batch, routing);
      LayerWeights common = layers.get(batch.layer());
      float[] out = pass.run(loaded, common, batch.layer(), hidden, routing, slots);
      counter.count(batch.layer(), routing);
      return new MoeOutput(
          batch.layer(),
          HiddenStates.write(out, batch.hidden().type(), batch.tokens(), spec.hiddenSize()),
          routing,
          slots,
          placement);
    } finally {
      loaded.release();
    }
  }

  /** The placement in force, kept open until it is released. */
  private LoadedPlacement retained() {
    LoadedPlacement loaded = current;
    // One that is let go of here was replaced in the meantime.
    while (!loaded.retain()) {
      loaded = current;
    }
    return loaded;
  }

  @Override
  public Migration migrate(Placement next) {
    return gate.call(() -> {
      synchronized (migration) {
        PlacementRules.requireValid(next, spec.shape(), cluster, "the migration");
        LoadedPlacement old = current;
        Migration copies = Migration.between(old.placement(), next);
        current = LoadedPlacement.load(next, loader);
        old.release();
        return copies;
      }
    });
  }

  @Override
  public Load drainLoad() {
    return gate.call(counter::drain);
  }

  @Override
  public void close() {
    gate.close(() -> {
      crew.close();
      current.release();
    });
  }
}
