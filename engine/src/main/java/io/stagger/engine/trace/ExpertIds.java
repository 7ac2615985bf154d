package io.stagger.engine.trace;

/**
 * A list of logical experts, as narrow as a trace holds it: a byte for models of up to 256 experts
 * in general, and two otherwise. Its arrays are its own storage and must not be changed.
 */
public sealed interface ExpertIds {

  /** How many there are. */
  int size();

  /** The expert at an index. */
  int get(int index);

  /** Copies some of them. */
  void copy(int from, char[] into, int at, int count);

  /** The largest; -1 if there is none. */
  int max();

  /** A list of bytes, handed over. */
  static ExpertIds of(byte[] ids) {
    return new Bytes(ids);
  }

  /** A list of 16-bit numbers, handed over. */
  static ExpertIds of(char[] ids) {
    return new Chars(ids);
  }

  /** A byte, read as 0 to 255, for each expert. */
  final class Bytes implements ExpertIds {

    private static final int UNSIGNED = 0xFF;
    private final byte[] ids;

    private Bytes(byte[] ids) {
      this.ids = ids;
    }

    /** The storage itself. */
    public byte[] array() {
      return ids;
    }

    @Override
    public int size() {
      return ids.length;
    }

    @Override
    public int get(int index) {
      return ids[index] & UNSIGNED;
    }

    @Override
    public void copy(int from, char[] into, int at, int count) {
      for (int i = 0; i < count; i++) {
        into[at + i] = (char) (ids[from + i] & UNSIGNED);
      }
    }

    @Override
    public int max() {
      int max = -1;
      for (byte id : ids) {
        max = Math.max(max, id & UNSIGNED);
      }
      return max;
    }
  }

  /** A 16-bit number for each expert. */
  final class Chars implements ExpertIds {

    private final char[] ids;

    private Chars(char[] ids) {
      this.ids = ids;
    }

    /** The storage itself. */
    public char[] array() {
      return ids;
    }

    @Override
    public int size() {
      return ids.length;
    }

    @Override
    public int get(int index) {
      return ids[index];
    }

    @Override
    public void copy(int from, char[] into, int at, int count) {
      System.arraycopy(ids, from, into, at, count);
    }

    @Override
    public int max() {
      int max = -1;
      for (char id : ids) {
        max = Math.max(max, id);
      }
      return max;
    }
  }
}
