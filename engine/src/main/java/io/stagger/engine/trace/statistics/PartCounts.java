package io.stagger.engine.trace.statistics;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.routing.Routes;
import io.stagger.engine.trace.Phase;
import java.io.Serializable;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * What was counted of some parts of a trace; see {@link PartPlan}. Can be sent to other machines.
 * Used by one thread.
 */
public final class PartCounts implements Serializable {

  private static final long serialVersionUID = 1L;

  final long[] phaseTokens = new long[Phase.count()];

  /** {@code [phases][layers][experts]}. */
  final long[] load;

  /** Distinct experts by layer, of the decode batches that lie whole in a part, added up. */
  final long[] activated;

  final PairCounts pairs;

  /** Routes of the sampled tokens by the tokens' numbers. */
  final TreeMap<Long, Route> routes = new TreeMap<>();

  private final ModelShape model;

  /** Loads {@code [layers][experts]} by the numbers of windows, of which parts may have shares. */
  private final TreeMap<Long, long[]> windows = new TreeMap<>();

  /** The experts {@code [layers * experts]} of decode batches that an end of a part cuts. */
  private final TreeMap<Long, BitSet> cutBatches = new TreeMap<>();

  private final BitSet sequences = new BitSet();
  private boolean allSequencesKnown = true;

  /**
   * A token's route.
   *
   * @param choices {@code [layers][topK]}
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Route(int sequence, char[] choices) implements Serializable {}

  PartCounts(ModelShape model, boolean pairs) {
    this.model = model;
    this.load = new long[phaseTokens.length * model.layers() * model.experts()];
    this.activated = new long[model.layers()];
    this.pairs = new PairCounts(model, pairs);
  }

  void sequence(int number) {
    allSequencesKnown &= number < TraceCounter.MAX_SEQUENCES;
    sequences.set(Math.min(number, TraceCounter.MAX_SEQUENCES));
  }

  /** The experts of a batch, to be added to. */
  BitSet cutBatch(long number) {
    return cutBatches.computeIfAbsent(number, _ -> new BitSet());
  }

  /** Adds loads {@code [phases][layers][experts]} of a window. */
  void window(long number, long[] byPhase) {
    Counts.add(byPhase, load);
    long[] both = new long[model.layers() * model.experts()];
    for (int i = 0; i < byPhase.length; i++) {
      both[i % both.length] += byPhase[i];
    }
    windows.merge(number, both, PartCounts::sum);
  }

  private static long[] sum(long[] one, long[] other) {
    Counts.add(other, one);
    return one;
  }

  /** Adds the counts of other parts; the others must not be used any more. */
  public PartCounts plus(PartCounts others) {
    Counts.add(others.phaseTokens, phaseTokens);
    Counts.add(others.load, load);
    Counts.add(others.activated, activated);
    pairs.add(others.pairs);
    others.windows.forEach((number, counts) -> windows.merge(number, counts, PartCounts::sum));
    others.cutBatches.forEach((number, experts) -> cutBatch(number).or(experts));
    routes.putAll(others.routes);
    sequences.or(others.sequences);
    allSequencesKnown &= others.allSequencesKnown;
    return this;
  }

  /**
   * The statistics of the trace whose parts were added up.
   *
   * @throws io.stagger.api.error.InvalidInputException if these are not all tokens of the plan
   */
  public TraceStatistics statistics(PartPlan plan) {
    plan.requireAll(LongStream.of(phaseTokens).sum());
    List<Load> loads =
        windows.values().stream()
            .map(counts -> Counts.load(counts, 0, model.layers(), model.experts()))
            .toList();
    return new TraceStatistics(
        model,
        Counts.byPhase(phase -> phaseTokens[phase.code()]),
        allSequencesKnown ? OptionalInt.of(sequences.cardinality()) : OptionalInt.empty(),
        Counts.byPhase(this::load),
        plan.windowTokens(),
        loads,
        plan.spec().decodeBatch(),
        activatedExperts(plan.spec().decodeBatch()),
        pairs.coSelection(),
        pairs.transitions(),
        sampledRoutes());
  }

  private Load load(Phase phase) {
    int offset = phase.code() * model.layers() * model.experts();
    return Counts.load(load, offset, model.layers(), model.experts());
  }

  private double[] activatedExperts(int decodeBatch) {
    long whole = phaseTokens[Phase.DECODE.code()] / decodeBatch;
    long[] sums = activated.clone();
    cutBatches
        .headMap(whole)
        .values()
        .forEach(chosen -> chosen.stream().forEach(expert -> sums[expert / model.experts()]++));
    return Arrays.stream(sums)
        .mapToDouble(sum -> whole == 0 ? Double.NaN : (double) sum / whole)
        .toArray();
  }

  private Routes sampledRoutes() {
    int width = model.layers() * model.topK();
    char[] flat = new char[routes.size() * width];
    int at = 0;
    for (Route route : routes.values()) {
      System.arraycopy(route.choices(), 0, flat, at, width);
      at += width;
    }
    int[] numbers = routes.values().stream().mapToInt(Route::sequence).toArray();
    return Routes.of(model, numbers, flat);
  }
}
