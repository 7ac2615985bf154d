package io.stagger.samples.tinymoe;

import java.util.Arrays;

/** Causal attention of several heads with rotary positions, without biases. */
record Attention(
    Linear query,
    Linear key,
    Linear value,
    Linear output,
    RotaryPositions rotary,
    int heads,
    int headSize) {

  /**
   * Attends from new positions to themselves and all before them.
   *
   * @param rows hidden states of the new positions, {@code [count][hidden]}
   * @param count how many there are
   * @param start position of the first of them
   * @param cache what came before; the new positions are added
   * @return {@code [count][hidden]}
   */
  double[] apply(double[] rows, int count, int start, KeyValueCache cache) {
    int width = heads * headSize;
    double[] queries = query.apply(rows);
    double[] keys = key.apply(rows);
    double[] values = value.apply(rows);
    double[] attended = new double[count * width];
    double[] scores = new double[start + count];
    for (int row = 0; row < count; row++) {
      int position = start + row;
      for (int from = row * width; from < (row + 1) * width; from += headSize) {
        rotary.turn(queries, from, position);
        rotary.turn(keys, from, position);
      }
      cache.store(position, keys, values, row * width);
      for (int head = 0; head < heads; head++) {
        attend(queries, row * width, head * headSize, position + 1, cache, scores, attended);
      }
    }
    return output.apply(attended);
  }

  /** One head of one position. */
  private void attend(
      double[] queries,
      int row,
      int column,
      int positions,
      KeyValueCache cache,
      double[] scores,
      double[] attended) {
    Arrays.fill(scores, 0, positions, 0);
    double scale = 1 / Math.sqrt(headSize);
    for (int i = 0; i < headSize; i++) {
      cache.addScores(column + i, queries[row + column + i] * scale, scores, positions);
    }
    softmax(scores, positions);
    for (int position = 0; position < positions; position++) {
      cache.addValues(position, column, scores[position], attended, row + column, headSize);
    }
  }

  private static void softmax(double[] scores, int count) {
    double max = scores[0];
    for (int i = 1; i < count; i++) {
      max = Math.max(max, scores[i]);
    }
    double sum = 0;
    for (int i = 0; i < count; i++) {
      scores[i] = StrictMath.exp(scores[i] - max);
      sum += scores[i];
    }
    for (int i = 0; i < count; i++) {
      scores[i] /= sum;
    }
  }
}
