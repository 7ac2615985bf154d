package io.stagger.bench;

import io.stagger.api.ModelShape;
import io.stagger.engine.trace.ExpertIds;
import io.stagger.engine.trace.TraceBatch;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.statistics.StatisticsSpec;
import io.stagger.engine.trace.statistics.TraceCounter;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Statistics of a trace in memory, in choices of experts a second, beside a sum of the same bytes:
 * the least that any pass over them costs. How it grows with experts and layers is what the shapes
 * show, {@code layers x experts x top-k}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@OperationsPerInvocation(TraceBenchmark.CHOICES)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH fills the fields before the first call.
public class TraceBenchmark {

  /** About how many choices a call counts: whole tokens of every shape. */
  static final int CHOICES = 24 * 58 * 8 * 400;

  private static final long SEED = 1;

  /** The model. */
  @Param({"24x32x4", "58x64x8", "58x128x8", "58x256x8", "24x256x8"})
  public String shape;

  /** Threads that count. */
  @Param({"1", "2"})
  public int threads;

  private byte[] ids;
  private TraceBatch batch;
  private TraceCounter load;
  private TraceCounter all;

  /** Routes tokens, skewed towards low experts. */
  @Setup(Level.Trial)
  public void prepare() {
    String[] sizes = shape.split("x", -1);
    ModelShape model =
        ModelShape.of(
            Integer.parseInt(sizes[0]),
            Integer.parseInt(sizes[1]),
            Integer.parseInt(sizes[2]),
            1,
            1);
    TraceHeader header = TraceHeader.of(model);
    int tokens = CHOICES / header.choices();
    ids = new byte[tokens * header.choices()];
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < ids.length; i += model.topK()) {
      int first = Math.min(random.nextInt(model.experts()), random.nextInt(model.experts()));
      for (int choice = 0; choice < model.topK(); choice++) {
        // An odd step visits experts of a power of two without a repetition.
        int step = 2 * (i / model.topK() % 7) + 1;
        ids[i + choice] = (byte) ((first + choice * step) % model.experts());
      }
    }
    byte[] decode = new byte[tokens];
    java.util.Arrays.fill(decode, (byte) 1);
    batch =
        TraceBatch.of(
            header,
            0,
            new int[tokens],
            new int[tokens],
            decode,
            new int[tokens],
            unknown(tokens),
            ExpertIds.of(ids),
            new float[0]);
    StatisticsSpec spec = StatisticsSpec.everything().withThreads(threads).withSample(0);
    load = new TraceCounter(model, spec.withoutPairs());
    all = new TraceCounter(model, spec);
  }

  private static int[] unknown(int tokens) {
    int[] column = new int[tokens];
    java.util.Arrays.fill(column, -1);
    return column;
  }

  /** Ends the threads. */
  @TearDown
  public void close() {
    load.close();
    all.close();
  }

  /** The yardstick, on one thread. */
  @Benchmark
  public long sumOfBytes() {
    long sum = 0;
    for (byte id : ids) {
      sum += id & 0xFF;
    }
    return sum;
  }

  /** Loads by phase and window, and activated experts. */
  @Benchmark
  public TraceBatch load() {
    load.add(batch);
    return batch;
  }

  /** Likewise, with co-selection and transitions. */
  @Benchmark
  public TraceBatch loadAndPairs() {
    all.add(batch);
    return batch;
  }
}
