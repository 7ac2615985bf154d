package io.stagger.engine.trace.statistics;

import io.stagger.engine.trace.ExpertIds;
import java.util.Arrays;

/**
 * Counts the distinct experts that the batches of decode tokens activate, in some layers. An expert
 * is marked with the number of the last batch that chose it.
 */
final class ActivatedExperts {

  private final int layers;
  private final int experts;
  private final int topK;
  private final int[] lastBatch;

  /** Of whole batches, and of the batch that is being filled. */
  private final long[] whole;

  private final long[] open;
  private int batch;

  ActivatedExperts(int layers, int experts, int topK) {
    this.layers = layers;
    this.experts = experts;
    this.topK = topK;
    this.lastBatch = new int[layers * experts];
    this.whole = new long[layers];
    this.open = new long[layers];
  }

  /**
   * Counts tokens.
   *
   * @param first the first layer
   * @param batches the number of each token's batch, ascending from 1; 0 for tokens of none
   */
  void count(ExpertIds ids, int first, int modelLayers, int from, int to, int[] batches) {
    for (int token = from; token < to; token++) {
      if (batches[token] > 0) {
        enter(batches[token]);
        count(ids, (token * modelLayers + first) * topK);
      }
    }
  }

  private void enter(int number) {
    if (number != batch) {
      for (int layer = 0; layer < layers; layer++) {
        whole[layer] += open[layer];
      }
      Arrays.fill(open, 0);
      batch = number;
    }
  }

  private void count(ExpertIds ids, int at) {
    for (int layer = 0, i = at; layer < layers; layer++) {
      int fresh = 0;
      for (int choice = 0; choice < topK; choice++, i++) {
        int expert = layer * experts + ids.get(i);
        if (lastBatch[expert] != batch) {
          lastBatch[expert] = batch;
          fresh++;
        }
      }
      open[layer] += fresh;
    }
  }

  /**
   * Distinct experts in a layer, summed over batches.
   *
   * @param closed whether the last batch is whole, and counts
   */
  long sum(int layer, boolean closed) {
    return whole[layer] + (closed ? open[layer] : 0);
  }
}
