package io.stagger.engine.trace.statistics;

import io.stagger.api.ModelShape;
import io.stagger.engine.trace.ExpertIds;
import java.util.Arrays;

/**
 * Counts in some consecutive layers: one thread's share, whose tables fit its cache. Tokens are
 * counted into tables of 32 bits; {@link #takeLoad} moves them on before they can overflow.
 */
final class LayerBlock {

  /** Counters of a phase's loads that stay in a first-level cache of 32 KiB. */
  private static final int CACHED_COUNTERS = 4_096;

  /** Tokens whose choices are gathered at a time: with top-8 of two layers, 32 KiB. */
  private static final int TILE = 1_024;

  private final int first;
  private final int layers;
  private final int modelLayers;
  private final int experts;
  private final int topK;

  /** Where a layer's counters begin, for each choice of a token in this block. */
  private final int[] layerBase;

  /** {@code [phases][layers][experts]} of the window. */
  private final int[] load;

  private final ActivatedExperts activated;
  private final PairTables pairs;

  /** Choices of a tile in a layer and in the next, {@code [tile][topK]}. */
  private char[] here;

  private char[] next;

  /**
   * @param first the first layer
   * @param layers how many layers
   * @param phases how many phases there are
   */
  LayerBlock(ModelShape model, int first, int layers, int phases, boolean pairs) {
    this.first = first;
    this.layers = layers;
    this.modelLayers = model.layers();
    this.experts = model.experts();
    this.topK = model.topK();
    this.layerBase = new int[layers * topK];
    Arrays.setAll(layerBase, i -> i / topK * experts);
    this.load = new int[phases * layers * experts];
    this.activated = new ActivatedExperts(layers, experts, topK);
    boolean hasNext = first + layers < modelLayers;
    this.pairs = new PairTables(pairs ? layers : 0, experts, topK, hasNext);
    this.here = new char[pairs ? TILE * topK : 0];
    this.next = new char[here.length];
  }

  /** How many layers a block has, so that threads share the work and tables fit the cache. */
  static int size(ModelShape model, int threads) {
    int cached = Math.max(1, CACHED_COUNTERS / model.experts());
    int shared = (model.layers() + threads - 1) / threads;
    return Math.min(cached, shared);
  }

  int first() {
    return first;
  }

  int layers() {
    return layers;
  }

  /**
   * Counts tokens.
   *
   * @param ids choices of a batch, {@code [tokens][all layers][topK]}
   * @param from the first token of the batch to count
   * @param to the token after the last
   * @param phases codes of all tokens of the batch
   * @param decodeBatches the number of each token's decode batch from 1; 0 for other tokens
   */
  void count(ExpertIds ids, int from, int to, byte[] phases, int[] decodeBatches) {
    switch (ids) {
      case ExpertIds.Bytes bytes -> countLoad(bytes.array(), from, to, phases);
      case ExpertIds.Chars chars -> countLoad(chars.array(), from, to, phases);
    }
    activated.count(ids, first, modelLayers, from, to, decodeBatches);
    for (int tile = from; here.length > 0 && tile < to; tile += TILE) {
      countPairs(ids, tile, Math.min(to, tile + TILE));
    }
  }

  private void countLoad(byte[] ids, int from, int to, byte[] phases) {
    int[] base = layerBase;
    int[] counts = load;
    int row = modelLayers * topK;
    for (int token = from, at = from * row + first * topK; token < to; token++, at += row) {
      int phase = phases[token] * layers * experts;
      for (int i = 0; i < base.length; i++) {
        counts[phase + base[i] + (ids[at + i] & 0xFF)]++;
      }
    }
  }

  private void countLoad(char[] ids, int from, int to, byte[] phases) {
    int[] base = layerBase;
    int[] counts = load;
    int row = modelLayers * topK;
    for (int token = from, at = from * row + first * topK; token < to; token++, at += row) {
      int phase = phases[token] * layers * experts;
      for (int i = 0; i < base.length; i++) {
        counts[phase + base[i] + ids[at + i]]++;
      }
    }
  }

  private void countPairs(ExpertIds ids, int from, int to) {
    int choices = (to - from) * topK;
    gather(ids, first, from, to, here);
    for (int layer = 0; layer < layers; layer++) {
      pairs.countCoSelection(layer, here, choices);
      if (first + layer + 1 < modelLayers) {
        gather(ids, first + layer + 1, from, to, next);
        pairs.countTransitions(layer, here, next, choices);
      }
      char[] passed = here;
      here = next;
      next = passed;
    }
  }

  private void gather(ExpertIds ids, int layer, int from, int to, char[] into) {
    int row = modelLayers * topK;
    for (int token = from, at = 0; token < to; token++, at += topK) {
      ids.copy(token * row + layer * topK, into, at, topK);
    }
  }

  /**
   * Adds the loads of the window to a larger table, and begins a new window.
   *
   * @param total {@code [phases][all layers][experts]}
   */
  void takeLoad(long[] total) {
    int width = layers * experts;
    for (int i = 0; i < load.length; i++) {
      int phase = i / width;
      total[(phase * modelLayers + first) * experts + i % width] += load[i];
    }
    Arrays.fill(load, 0);
  }

  ActivatedExperts activated() {
    return activated;
  }

  PairTables pairs() {
    return pairs;
  }
}
