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
        int at = (token * modelLayers + first) * topK;
        switch (ids) {
          case ExpertIds.Bytes bytes -> count(bytes.array(), at);
          case ExpertIds.Chars chars -> count(chars.array(), at);
        }
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

  /** Marks are always written: no processor can guess whether an expert is fresh. */
  private void count(byte[] ids, int at) {
    int[] last = lastBatch;
    int now = batch;
    for (int layer = 0, i = at, base = 0; layer < layers; layer++, base += experts) {
      int fresh = 0;
      for (int end = i + topK; i < end; i++) {
        int expert = base + (ids[i] & 0xFF);
        fresh += isOther(last[expert], now);
        last[expert] = now;
      }
      open[layer] += fresh;
    }
  }

  private void count(char[] ids, int at) {
    int[] last = lastBatch;
    int now = batch;
    for (int layer = 0, i = at, base = 0; layer < layers; layer++, base += experts) {
      int fresh = 0;
      for (int end = i + topK; i < end; i++) {
        int expert = base + ids[i];
        fresh += isOther(last[expert], now);
        last[expert] = now;
      }
      open[layer] += fresh;
    }
  }

  /** 1 if two numbers differ and 0 if not, without a branch. */
  private static int isOther(int one, int other) {
    int difference = one ^ other;
    return (difference | -difference) >>> (Integer.SIZE - 1);
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
