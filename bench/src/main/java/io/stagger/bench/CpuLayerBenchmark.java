package io.stagger.bench;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.MoeSpec;
import io.stagger.api.Placement;
import io.stagger.api.RouterSpec;
import io.stagger.api.runtime.MoeOutput;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.Routing;
import io.stagger.api.runtime.RuntimeRequest;
import io.stagger.api.runtime.TokenBatch;
import io.stagger.api.strategy.Options;
import io.stagger.api.weights.TensorType;
import io.stagger.runtime.cpu.CpuBackend;
import io.stagger.runtime.cpu.HashReplicaPolicy;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A layer of DeepSeek-V2-Lite's shape on the CPU: 64 experts of 2048 x 1408, 6 a token. Every call
 * routes its tokens anew and at random, so that weights come from memory and not from a cache.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@SuppressWarnings("NullAway.Init") // JMH fills the fields before the first call.
public class CpuLayerBenchmark {

  private static final int EXPERTS = 64;
  private static final int TOP_K = 6;
  private static final int HIDDEN = 2048;
  private static final int INTERMEDIATE = 1408;

  /** Tokens of a batch: 1 is decoding, 512 a prompt. */
  @Param({"1", "8", "64", "512"})
  public int tokens;

  /** Type of the expert weights. */
  @Param({"BF16"})
  public TensorType type;

  /** Threads of the runtime; 0 for one a processor. */
  @Param({"0"})
  public long threads;

  private final SplittableRandom random = new SplittableRandom(1);
  private FilledLoader loader;
  private MoeRuntime runtime;
  private TokenBatch batch;
  private Routing routing;

  /** Makes up the weights and opens the runtime. */
  @Setup
  public void open() {
    MoeSpec spec =
        new MoeSpec(
            ModelShape.of(1, EXPERTS, TOP_K, 1, 1),
            RouterSpec.softmaxNormalized(),
            HIDDEN,
            INTERMEDIATE,
            0,
            false);
    loader = new FilledLoader(spec, type);
    Cluster cluster = Cluster.of(1, 1, EXPERTS);
    int[][] rows = {IntStream.range(0, EXPERTS).toArray()};
    CpuBackend backend = new CpuBackend();
    runtime =
        backend.open(
            new RuntimeRequest(
                cluster,
                Placement.of(cluster.layout(), EXPERTS, rows),
                loader,
                new HashReplicaPolicy(),
                Options.defaults(backend.options()).with("threads", threads)));
    float[] hidden = new float[tokens * HIDDEN];
    for (int i = 0; i < hidden.length; i++) {
      hidden[i] = (float) random.nextGaussian();
    }
    batch = TokenBatch.of(0, hidden, HIDDEN);
  }

  /** Draws the next call's experts. */
  @Setup(Level.Invocation)
  public void routeAtRandom() {
    int[] chosen = new int[tokens * TOP_K];
    float[] weights = new float[chosen.length];
    int[] experts = IntStream.range(0, EXPERTS).toArray();
    for (int i = 0; i < chosen.length; i++) {
      int from = i % TOP_K;
      int pick = from + random.nextInt(EXPERTS - from);
      chosen[i] = experts[pick];
      experts[pick] = experts[from];
      experts[from] = chosen[i];
      weights[i] = 1f / TOP_K;
    }
    routing = Routing.of(TOP_K, chosen, weights);
  }

  /** Closes the runtime, then the weights. */
  @TearDown
  public void close() {
    runtime.close();
    loader.close();
  }

  /** The routed experts of a batch. */
  @Benchmark
  public MoeOutput experts() {
    return runtime.experts(batch, routing);
  }

  /** The router alone. */
  @Benchmark
  public Routing route() {
    return runtime.route(batch);
  }
}
