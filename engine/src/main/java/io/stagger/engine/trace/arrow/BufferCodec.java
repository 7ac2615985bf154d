package io.stagger.engine.trace.arrow;

import static io.stagger.engine.trace.arrow.IpcFormat.NOT_COMPRESSED;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidTraceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Compresses buffers as Arrow does: eight bytes that hold the length before compression, or -1 if
 * what follows is stored as it is; then a zstd frame. An empty buffer stays empty.
 */
final class BufferCodec {

  private static final int LEVEL = 1;
  private static final int PREFIX = Long.BYTES;

  private BufferCodec() {}

  static byte[] compress(byte[] raw) {
    if (raw.length == 0) {
      return raw;
    }
    byte[] packed = new byte[Math.toIntExact(PREFIX + Zstd.compressBound(raw.length))];
    int size =
        (int)
            Zstd.compressByteArray(
                packed, PREFIX, packed.length - PREFIX, raw, 0, raw.length, LEVEL);
    boolean smaller = size < raw.length;
    if (!smaller) {
      System.arraycopy(raw, 0, packed, PREFIX, raw.length);
    }
    littleEndian(packed).putLong(0, smaller ? raw.length : NOT_COMPRESSED);
    return Arrays.copyOf(packed, PREFIX + (smaller ? size : raw.length));
  }

  /**
   * Decompresses a buffer.
   *
   * @param bytes what it must have after that
   */
  static byte[] decompress(byte[] body, int offset, int length, int bytes, String where) {
    if (length == 0 && bytes == 0) {
      return new byte[0];
    }
    if (length < PREFIX) {
      throw wrong("a compressed buffer of " + length + " bytes", bytes, where);
    }
    long declared = littleEndian(body).getLong(offset);
    int from = offset + PREFIX;
    int packed = length - PREFIX;
    if (declared == NOT_COMPRESSED && packed >= bytes) {
      return Arrays.copyOfRange(body, from, from + bytes);
    }
    // Writers may have padded a buffer before they compressed it.
    if (declared < bytes || declared > IpcFormat.align(bytes, IpcFormat.BUFFER_ALIGNMENT)) {
      throw wrong("a buffer of " + declared + " bytes", bytes, where);
    }
    byte[] raw = new byte[(int) declared];
    try {
      long got = Zstd.decompressByteArray(raw, 0, raw.length, body, from, packed);
      if (got != declared) {
        throw wrong("a buffer of " + got + " bytes that says " + declared, bytes, where);
      }
    } catch (ZstdException e) {
      throw new InvalidTraceException(
          Diagnosis.of("damaged, zstd says: " + e.getMessage(), where), e);
    }
    return raw.length == bytes ? raw : Arrays.copyOf(raw, bytes);
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static InvalidTraceException wrong(String problem, int bytes, String where) {
    return new InvalidTraceException(Diagnosis.of(problem, where).expecting(bytes + " bytes"));
  }
}
