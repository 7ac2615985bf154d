package io.stagger.runtime.cpu;

/** Token vectors as the kernels read them. */
final class Activations {

  private final float[] values;
  private final LaneOrder order;
  private final int columns;

  private Activations(float[] values, LaneOrder order, int columns) {
    this.values = values;
    this.order = order;
    this.columns = columns;
  }

  /** Rows of zeros, to be filled. */
  static Activations empty(int rows, int columns, LaneOrder order) {
    long size = (long) rows * order.stride(columns);
    return new Activations(new float[Math.toIntExact(size)], order, columns);
  }

  /** Rows of plain floats, {@code [rows][columns]}, brought into an order. */
  static Activations of(float[] plain, int rows, int columns, LaneOrder order) {
    Activations packed = empty(rows, columns, order);
    for (int row = 0; row < rows; row++) {
      int at = packed.at(row);
      for (int k = 0; k < columns; k++) {
        packed.values[at + order.position(k)] = plain[row * columns + k];
      }
    }
    return packed;
  }

  /** The same rows, taken as if their positions were their elements. */
  Activations inPlace() {
    return new Activations(values, LaneOrder.PLAIN, order.stride(columns));
  }

  /**
   * The elements, {@code [rows][stride]}, each row in the positions of the order, then zeros; not a
   * copy.
   */
  float[] values() {
    return values;
  }

  /** Where an element lies within its row. */
  LaneOrder order() {
    return order;
  }

  /** Where a row begins. */
  int at(int row) {
    return row * order.stride(columns);
  }
}
