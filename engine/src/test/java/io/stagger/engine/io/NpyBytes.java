package io.stagger.engine.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes {@code .npy} files as NumPy does. */
public final class NpyBytes {

  private NpyBytes() {}

  /**
   * A file of version 1 with given header fields and the elements of {@code values} in its order.
   */
  public static byte[] of(String type, boolean fortran, String shape, double... values) {
    String dictionary =
        "{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }"
            .formatted(type, fortran ? "True" : "False", shape);
    return of(1, dictionary, data(type, values));
  }

  public static byte[] of(int version, String dictionary, byte[] data) {
    int prefix = version == 1 ? 10 : 12;
    int padding = 64 - (prefix + dictionary.length() + 1) % 64;
    byte[] header = (dictionary + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
    ByteBuffer file =
        ByteBuffer.allocate(prefix + header.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    file.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    file.put((byte) version).put((byte) 0);
    if (version == 1) {
      file.putShort((short) header.length);
    } else {
      file.putInt(header.length);
    }
    return file.put(header).put(data).array();
  }

  static byte[] data(String type, double... values) {
    int bytes = type.charAt(2) - '0';
    ByteBuffer data =
        ByteBuffer.allocate(values.length * bytes)
            .order(type.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      switch (type.substring(1)) {
        case "f2" -> data.putShort(Float.floatToFloat16((float) value));
        case "f4" -> data.putFloat((float) value);
        case "f8" -> data.putDouble(value);
        case "i1", "u1" -> data.put((byte) (long) value);
        case "i2", "u2" -> data.putShort((short) (long) value);
        case "i4", "u4" -> data.putInt((int) (long) value);
        case "i8" -> data.putLong((long) value);
        case "u8" -> data.putLong(new java.math.BigDecimal(value).toBigInteger().longValue());
        default -> throw new IllegalArgumentException(type);
      }
    }
    return data.array();
  }
}
