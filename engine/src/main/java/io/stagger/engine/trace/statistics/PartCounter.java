package io.stagger.engine.trace.statistics;

import io.stagger.api.routing.CoSelection;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceBatch;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Counts a part of a trace; see {@link PartPlan}. Used by one thread. */
public final class PartCounter {

  private static final int THREADS = 1;

  private final PartPlan plan;
  private final TracePart part;
  private final List<LayerBlock> blocks = new ArrayList<>();
  private final PartCounts counts;
  private long token;
  private long decodeToken;
  private long tableTokens;
  private int sample;

  /** Begins to count. */
  public PartCounter(PartPlan plan, TracePart part) {
    this.plan = plan;
    this.part = part;
    this.token = part.firstToken();
    this.decodeToken = part.firstDecoded();
    this.sample = plan.firstSample(token);
    int layers = plan.model().layers();
    boolean pairs = plan.spec().pairs() && CoSelection.isKept(layers, plan.model().experts());
    int size = LayerBlock.size(plan.model(), THREADS);
    for (int first = 0; first < layers; first += size) {
      blocks.add(
          new LayerBlock(
              plan.model(), first, Math.min(size, layers - first), Phase.count(), pairs));
    }
    this.counts = new PartCounts(plan.model(), pairs);
  }

  /** Counts the tokens of a batch, which follow those before it. */
  public void add(TraceBatch batch) {
    byte[] phases = new byte[batch.tokens()];
    int[] decodeBatches = new int[batch.tokens()];
    for (int i = 0; i < phases.length; i++) {
      phases[i] = batch.phase(i).code();
      counts.sequence(batch.sequence(i));
      if (batch.phase(i) == Phase.DECODE) {
        decodeBatches[i] = decode(batch, i);
      }
      counts.phaseTokens[phases[i]]++;
    }
    keepRoutes(batch);
    for (int from = 0; from < phases.length; ) {
      from = countToEndOfWindow(batch, from, phases, decodeBatches);
    }
    tableTokens += phases.length;
    if (tableTokens >= TraceCounter.TABLE_TOKENS) {
      counts.pairs.take(blocks);
      tableTokens = 0;
    }
  }

  /** The mark of a decode token's batch; 0 if the batch is cut by an end of the part. */
  private int decode(TraceBatch batch, int at) {
    int size = plan.spec().decodeBatch();
    long number = part.wholeBatch(decodeToken, size);
    if (number < 0) {
      int choices = batch.header().choices();
      BitSet chosen = counts.cutBatch(decodeToken / size);
      for (int i = 0; i < choices; i++) {
        int layer = i / plan.model().topK();
        chosen.set(layer * plan.model().experts() + batch.experts().get(at * choices + i));
      }
    }
    decodeToken++;
    return number < 0 ? 0 : 1 + (int) (number % Integer.MAX_VALUE);
  }

  private void keepRoutes(TraceBatch batch) {
    for (; plan.sampled(sample) < token + batch.tokens(); sample++) {
      long number = plan.sampled(sample);
      int at = Math.toIntExact(number - token);
      char[] choices = new char[batch.header().choices()];
      batch.experts().copy(at * choices.length, choices, 0, choices.length);
      counts.routes.put(number, new PartCounts.Route(batch.sequence(at), choices));
    }
  }

  private int countToEndOfWindow(TraceBatch batch, int from, byte[] phases, int[] decodeBatches) {
    long window = token / plan.windowTokens();
    long room = (window + 1) * plan.windowTokens() - token;
    int to = (int) Math.min(phases.length, from + room);
    blocks.forEach(block -> block.count(batch.experts(), from, to, phases, decodeBatches));
    token += to - from;
    if (to - from == room) {
      closeWindow(window);
    }
    return to;
  }

  private void closeWindow(long window) {
    long[] taken = new long[counts.load.length];
    blocks.forEach(block -> block.takeLoad(taken));
    counts.window(window, taken);
  }

  /**
   * What was counted; called once, after the last batch.
   *
   * @throws io.stagger.api.error.InvalidInputException if that was not the part's number of tokens
   */
  public PartCounts counts() {
    part.requireWhole(token - part.firstToken(), decodeToken - part.firstDecoded());
    if (token % plan.windowTokens() > 0) {
      closeWindow(token / plan.windowTokens());
    }
    counts.pairs.take(blocks);
    for (LayerBlock block : blocks) {
      for (int layer = 0; layer < block.layers(); layer++) {
        counts.activated[block.first() + layer] = block.activated().sum(layer, true);
      }
    }
    return counts;
  }
}
