package io.stagger.engine.trace.arrow;

import org.apache.arrow.flatbuf.Type;

/** The types of a trace's values. */
public enum ElementType {
  /** Signed, 32 bits. */
  INT32(Integer.BYTES, Type.Int),
  /** Unsigned, 8 bits. */
  UINT8(Byte.BYTES, Type.Int),
  /** Unsigned, 16 bits. */
  UINT16(Short.BYTES, Type.Int),
  /** Single precision. */
  FLOAT32(Float.BYTES, Type.FloatingPoint);

  private final int bytes;
  private final byte kind;

  ElementType(int bytes, byte kind) {
    this.bytes = bytes;
    this.kind = kind;
  }

  /** Bytes of a value. */
  public int bytes() {
    return bytes;
  }

  /** Arrow's number for the kind of type. */
  byte kind() {
    return kind;
  }
}
