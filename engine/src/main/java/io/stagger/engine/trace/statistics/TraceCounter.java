package io.stagger.engine.trace.statistics;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.routing.CoSelection;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceBatch;
import io.stagger.engine.trace.TraceReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Counts a trace batch by batch, its layers shared among threads. Memory is bounded by the model's
 * size: layers x experts counters for each window, and layers x experts x experts for pairs. Used
 * by one thread.
 */
public final class TraceCounter implements AutoCloseable {

  /** After so many tokens, tables of 32 bits are moved on; a token counts a pair once at most. */
  static final long TABLE_TOKENS = 1L << 30;

  /** Sequences of higher numbers are not told apart. */
  static final int MAX_SEQUENCES = 1 << 24;

  private final ModelShape model;
  private final StatisticsSpec spec;
  private final List<LayerBlock> blocks = new ArrayList<>();
  private final ExecutorService threads;
  private final WindowSeries windows;
  private final RouteSample sample;
  private final PairCounts pairs;

  /** {@code [phases][layers][experts]} of all closed windows. */
  private final long[] load;

  private final long[] phaseTokens = new long[Phase.count()];
  private final BitSet sequences = new BitSet();
  private boolean allSequencesKnown = true;
  private long tableTokens;

  /** Begins to count. */
  public TraceCounter(ModelShape model, StatisticsSpec spec) {
    this.model = model;
    this.spec = spec;
    boolean counted = spec.pairs() && CoSelection.isKept(model.layers(), model.experts());
    int size = LayerBlock.size(model, spec.threads());
    for (int first = 0; first < model.layers(); first += size) {
      int layers = Math.min(size, model.layers() - first);
      blocks.add(new LayerBlock(model, first, layers, phaseTokens.length, counted));
    }
    this.windows = new WindowSeries(model.layers(), model.experts(), spec.windowTokens());
    this.sample = new RouteSample(model, spec.sample());
    this.pairs = new PairCounts(model, counted);
    this.load = new long[phaseTokens.length * model.layers() * model.experts()];
    this.threads =
        Executors.newFixedThreadPool(
            spec.threads(), Thread.ofPlatform().daemon().name("stagger-trace-", 0).factory());
  }

  /**
   * Counts all that a reader has left. The next batch is read while one is counted.
   *
   * @param progress is told after each batch, by this thread
   */
  public static TraceStatistics count(
      TraceReader reader, StatisticsSpec spec, Consumer<TraceReader> progress) {
    try (TraceCounter counter = new TraceCounter(reader.header().model(), spec)) {
      Optional<TraceBatch> batch = reader.next();
      while (batch.isPresent()) {
        Future<Optional<TraceBatch>> next = counter.threads.submit(reader::next);
        counter.add(batch.get());
        batch = await(next);
        progress.accept(reader);
      }
      return counter.statistics();
    }
  }

  /** Likewise, telling no one. */
  public static TraceStatistics count(TraceReader reader, StatisticsSpec spec) {
    return count(reader, spec, _ -> {});
  }

  /** Counts the tokens of a batch, which follow those before it. */
  public void add(TraceBatch batch) {
    byte[] phases = new byte[batch.tokens()];
    int[] decodeBatches = new int[batch.tokens()];
    tally(batch, phases, decodeBatches);
    sample.add(batch);
    int from = 0;
    while (from < batch.tokens()) {
      int start = from;
      int end = (int) Math.min(batch.tokens(), from + windows.room());
      run(block -> block.count(batch.experts(), start, end, phases, decodeBatches));
      if (windows.advance(end - start)) {
        closeWindow();
      }
      from = end;
    }
    tableTokens += batch.tokens();
    if (tableTokens >= TABLE_TOKENS) {
      pairs.take(blocks);
      tableTokens = 0;
    }
  }

  private void tally(TraceBatch batch, byte[] phases, int[] decodeBatches) {
    for (int token = 0; token < phases.length; token++) {
      Phase phase = batch.phase(token);
      phases[token] = phase.code();
      if (phase == Phase.DECODE) {
        long number = phaseTokens[phase.code()] / spec.decodeBatch();
        // Marks of more than 2^31 batches ago are overwritten by then.
        decodeBatches[token] = 1 + (int) (number % Integer.MAX_VALUE);
      }
      phaseTokens[phase.code()]++;
      int sequence = batch.sequence(token);
      allSequencesKnown &= sequence < MAX_SEQUENCES;
      sequences.set(Math.min(sequence, MAX_SEQUENCES));
    }
  }

  private void run(Consumer<LayerBlock> work) {
    List<Callable<Void>> tasks = new ArrayList<>();
    for (LayerBlock block : blocks) {
      tasks.add(() -> {
        work.accept(block);
        return null;
      });
    }
    try {
      for (Future<Void> task : threads.invokeAll(tasks)) {
        await(task);
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      throw interrupted(e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted while counting a trace", e);
  }

  private void closeWindow() {
    long[] counts = takeLoad();
    long[] both = new long[model.layers() * model.experts()];
    for (int i = 0; i < counts.length; i++) {
      load[i] += counts[i];
      both[i % both.length] += counts[i];
    }
    windows.close(both);
  }

  private long[] takeLoad() {
    long[] counts = new long[load.length];
    blocks.forEach(block -> block.takeLoad(counts));
    return counts;
  }

  /** What was counted; ends the open window, so that it is called once, after the last batch. */
  public TraceStatistics statistics() {
    if (windows.isOpen()) {
      closeWindow();
    }
    pairs.take(blocks);
    return new TraceStatistics(
        model,
        Counts.byPhase(phase -> phaseTokens[phase.code()]),
        allSequencesKnown ? OptionalInt.of(sequences.cardinality()) : OptionalInt.empty(),
        Counts.byPhase(this::load),
        windows.windowTokens(),
        windows.loads(),
        spec.decodeBatch(),
        activatedExperts(),
        pairs.coSelection(),
        pairs.transitions(),
        sample.routes());
  }

  private Load load(Phase phase) {
    int offset = phase.code() * model.layers() * model.experts();
    return Counts.load(load, offset, model.layers(), model.experts());
  }

  private double[] activatedExperts() {
    long decoded = phaseTokens[Phase.DECODE.code()];
    long whole = decoded / spec.decodeBatch();
    boolean closed = decoded % spec.decodeBatch() == 0;
    double[] mean = new double[model.layers()];
    Arrays.fill(mean, Double.NaN);
    for (LayerBlock block : blocks) {
      for (int layer = 0; whole > 0 && layer < block.layers(); layer++) {
        mean[block.first() + layer] = (double) block.activated().sum(layer, closed) / whole;
      }
    }
    return mean;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
