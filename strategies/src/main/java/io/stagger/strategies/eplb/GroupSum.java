package io.stagger.strategies.eplb;

/**
 * The sum of a group's loads in the order in which the original's tensor library adds 32-bit
 * floats. The order shows in the last bit of sums that are not exact, and so can change which group
 * is the heavier.
 *
 * <p>Below 8 values: four partial sums, interleaved. From 8: eight lanes, each the sum of every
 * eighth value by four interleaved partial sums; to the sum of what is left over the lanes are then
 * added one by one. The library adds yet another level from 576 values; groups of that size do not
 * occur, and it is left out.
 */
final class GroupSum {

  private static final int LANES = 8;
  private static final int PARTIALS = 4;

  private GroupSum() {}

  /** The sum of {@code values[from .. from + count - 1]}. */
  static float of(float[] values, int from, int count) {
    if (count < LANES) {
      return strided(values, from, 1, count);
    }
    int rows = count / LANES;
    float sum = 0;
    for (int i = from + rows * LANES; i < from + count; i++) {
      sum += values[i];
    }
    for (int lane = 0; lane < LANES; lane++) {
      sum += strided(values, from + lane, LANES, rows);
    }
    return sum;
  }

  /** The sum of {@code count} values that are {@code stride} apart, by four partial sums. */
  private static float strided(float[] values, int from, int stride, int count) {
    float first = 0;
    float second = 0;
    float third = 0;
    float fourth = 0;
    int whole = count - count % PARTIALS;
    int at = from;
    for (int i = 0; i < whole; i += PARTIALS) {
      first += values[at];
      second += values[at + stride];
      third += values[at + 2 * stride];
      fourth += values[at + 3 * stride];
      at += PARTIALS * stride;
    }
    for (int i = whole; i < count; i++) {
      first += values[at];
      at += stride;
    }
    return first + second + third + fourth;
  }
}
