package io.stagger.samples.tinymoe;

/**
 * Keys and values of one layer for the positions of a text so far. Keys lie transposed, {@code
 * [width][context]}, so that a query's scores of all positions are one sweep; values lie {@code
 * [context][width]}, so that their weighted sum is.
 */
final class KeyValueCache {

  private final int width;
  private final int context;
  private final double[] keys;
  private final double[] values;

  KeyValueCache(int width, int context) {
    this.width = width;
    this.context = context;
    this.keys = new double[Math.multiplyExact(width, context)];
    this.values = new double[width * context];
  }

  /** Remembers a position's key and value, each {@code width} long from {@code from}. */
  void store(int position, double[] key, double[] value, int from) {
    for (int i = 0; i < width; i++) {
      keys[i * context + position] = key[from + i];
    }
    System.arraycopy(value, from, values, position * width, width);
  }

  /** Adds {@code factor * keys[position][column]} to the score of each of the first positions. */
  void addScores(int column, double factor, double[] scores, int positions) {
    int from = column * context;
    for (int position = 0; position < positions; position++) {
      scores[position] += factor * keys[from + position];
    }
  }

  /** Adds {@code weight * values[position]}, columns {@code column} and up, to a head's output. */
  void addValues(int position, int column, double weight, double[] output, int from, int size) {
    int at = position * width + column;
    for (int i = 0; i < size; i++) {
      output[from + i] += weight * values[at + i];
    }
  }
}
