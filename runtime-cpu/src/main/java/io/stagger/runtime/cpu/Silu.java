package io.stagger.runtime.cpu;

/**
 * The activation {@code x / (1 + exp(-x))}, in plain arithmetic so that it gives the same bits on
 * every machine; within one unit in the last place of a float. The exponential is the usual
 * reduction to half a power of two and a Taylor polynomial.
 */
final class Silu {

  /** Below this the result is smaller than half of the smallest float. */
  private static final float ZERO_BELOW = -110f;

  private static final double LOG2_E = 1.4426950408889634;
  private static final double LN_2 = 0.6931471805599453;

  private Silu() {}

  /** The activation; 0 at minus infinity, and NaN of NaN. */
  static float of(float x) {
    if (x < ZERO_BELOW) {
      return -0f;
    }
    double e = expOfNegative(-Math.abs((double) x));
    return (float) (x >= 0 ? x / (1 + e) : x * e / (1 + e));
  }

  /** {@code exp(y)} for {@code y <= 0}, to 12 digits. */
  private static double expOfNegative(double y) {
    double n = Math.rint(Math.max(y, -200) * LOG2_E);
    double r = Math.max(y, -200) - n * LN_2;
    double p = 1.0 / 39916800;
    p = p * r + 1.0 / 3628800;
    p = p * r + 1.0 / 362880;
    p = p * r + 1.0 / 40320;
    p = p * r + 1.0 / 5040;
    p = p * r + 1.0 / 720;
    p = p * r + 1.0 / 120;
    p = p * r + 1.0 / 24;
    p = p * r + 1.0 / 6;
    p = p * r + 0.5;
    p = p * r + 1;
    p = p * r + 1;
    return p * Double.longBitsToDouble(((long) n + 1023) << 52);
  }
}
