package io.stagger.samples.tinymoe;

/**
 * Rotary positions in the rotate-half form: in each head, element {@code i} of the first half and
 * element {@code i} of the second are turned by {@code position * base^(-2i / headSize)}.
 */
final class RotaryPositions {

  private final int half;
  private final double[] cosines;
  private final double[] sines;

  RotaryPositions(int headSize, int context, double base) {
    this.half = headSize / 2;
    this.cosines = new double[context * half];
    this.sines = new double[context * half];
    for (int position = 0; position < context; position++) {
      for (int i = 0; i < half; i++) {
        double angle = position / StrictMath.pow(base, 2.0 * i / headSize);
        cosines[position * half + i] = StrictMath.cos(angle);
        sines[position * half + i] = StrictMath.sin(angle);
      }
    }
  }

  /** Turns one head, in place. */
  void turn(double[] values, int from, int position) {
    int angle = position * half;
    for (int i = 0; i < half; i++) {
      double first = values[from + i];
      double second = values[from + half + i];
      values[from + i] = first * cosines[angle + i] - second * sines[angle + i];
      values[from + half + i] = second * cosines[angle + i] + first * sines[angle + i];
    }
  }
}
