package io.stagger.engine.trace.arrow;

import java.util.List;

/**
 * Rows of some columns, as they are in memory: little-endian values without gaps.
 *
 * @param rows how many rows there are
 * @param columns the columns' bytes, in the order of the schema
 */
public record ColumnBatch(int rows, List<Values> columns) {

  /** Keeps its own list. */
  public ColumnBatch {
    columns = List.copyOf(columns);
  }

  /** The bytes of a column. Its arrays are its own storage and must not be changed. */
  public static final class Values {

    private static final byte[] ALL = {};

    private final byte[] bytes;
    private final byte[] validity;

    /**
     * @param bytes values, handed over
     * @param validity a bit for each row, the lowest first, 1 where the row is not null; handed
     *     over; empty if no row is null
     */
    public Values(byte[] bytes, byte[] validity) {
      this.bytes = bytes;
      this.validity = validity;
    }

    /** Values of rows of which none is null. */
    public Values(byte[] bytes) {
      this(bytes, ALL);
    }

    /** The values. */
    public byte[] bytes() {
      return bytes;
    }

    /** A bit for each row; empty if none is null. */
    public byte[] validity() {
      return validity;
    }

    /** Whether a row is null. */
    public boolean isNull(int row) {
      return validity.length > 0 && (validity[row / Byte.SIZE] >> row % Byte.SIZE & 1) == 0;
    }

    int nulls(int rows) {
      int nulls = 0;
      for (int row = 0; validity.length > 0 && row < rows; row++) {
        nulls += isNull(row) ? 1 : 0;
      }
      return nulls;
    }
  }
}
