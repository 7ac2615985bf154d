package io.stagger.strategies.eplb;

/**
 * A weight and an id in one number, so that comparing two keys compares the weights, and the ids
 * where the weights are equal: the lowest id comes first, always. Weights are from 0 to infinity;
 * the bits of such floats are in the order of their values.
 */
final class WeightKey {

  /** Comes after every other key. */
  static final long LAST = Long.MAX_VALUE;

  private static final int INFINITY_BITS = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);

  private WeightKey() {}

  /** A key that comes the earlier the smaller the weight is. */
  static long lightestFirst(float weight, int id) {
    return (long) Float.floatToRawIntBits(weight) << Integer.SIZE | id;
  }

  /** A key that comes the earlier the greater the weight is. */
  static long heaviestFirst(float weight, int id) {
    return (long) (INFINITY_BITS - Float.floatToRawIntBits(weight)) << Integer.SIZE | id;
  }

  /** The weight of a key of {@link #lightestFirst}. */
  static float lightestWeight(long key) {
    return Float.intBitsToFloat((int) (key >>> Integer.SIZE));
  }

  /** The id of a key. */
  static int id(long key) {
    return (int) key;
  }
}
