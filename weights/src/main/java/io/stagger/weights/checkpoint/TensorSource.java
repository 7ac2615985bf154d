package io.stagger.weights.checkpoint;

import io.stagger.api.weights.TensorType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;

/** A tensor to be written, row-major, from wherever and however the checkpoint holds it. */
public sealed interface TensorSource {

  /** The most bytes that are handed on at once. */
  int CHUNK = 4 << 20;

  /** The name that it is to have. */
  String name();

  /** Its elements. */
  TensorType type();

  /** Sizes of its dimensions, outermost first, each at least 1. */
  List<Long> shape();

  /** How many elements it has. */
  default long elements() {
    long elements = 1;
    for (long size : shape()) {
      elements = Math.multiplyExact(elements, size);
    }
    return elements;
  }

  /** How many bytes it has. */
  default long bytes() {
    return Math.multiplyExact(elements(), type().bytes());
  }

  /** Hands on the bytes in order, at most {@link #CHUNK} at a time. */
  void copyTo(Sink sink) throws IOException;

  /** Takes a tensor's bytes. */
  @FunctionalInterface
  interface Sink {
    /** Takes the next bytes; the buffer is the callee's until it returns. */
    void accept(ByteBuffer bytes) throws IOException;
  }

  /**
   * A tensor whose bytes lie in the checkpoint as they are to be written.
   *
   * @param data exactly its bytes
   */
  record Contiguous(String name, TensorType type, List<Long> shape, MemorySegment data)
      implements TensorSource {

    @Override
    public void copyTo(Sink sink) throws IOException {
      for (long at = 0; at < data.byteSize(); at += CHUNK) {
        sink.accept(data.asSlice(at, Math.min(CHUNK, data.byteSize() - at)).asByteBuffer());
      }
    }
  }

  /**
   * A matrix that lies transposed in the checkpoint.
   *
   * @param data begins with the element of row 0 and column 0
   * @param stride elements from a column to the next; rows are neighbours
   */
  record Transposed(String name, TensorType type, List<Long> shape, MemorySegment data, long stride)
      implements TensorSource {

    @Override
    public void copyTo(Sink sink) throws IOException {
      long rows = shape.get(0);
      long columns = shape.get(1);
      int rowBytes = Math.toIntExact(columns * type.bytes());
      int block = (int) Math.clamp(CHUNK / rowBytes, 1, rows);
      byte[] chunk = new byte[Math.multiplyExact(block, rowBytes)];
      for (long row = 0; row < rows; row += block) {
        int count = (int) Math.min(block, rows - row);
        for (long column = 0; column < columns; column++) {
          gather(row, count, column, chunk, rowBytes);
        }
        sink.accept(ByteBuffer.wrap(chunk, 0, count * rowBytes));
      }
    }

    private void gather(long row, int count, long column, byte[] chunk, int rowBytes) {
      MemorySegment target = MemorySegment.ofArray(chunk);
      for (int i = 0; i < count; i++) {
        long from = column * stride + row + i;
        long to = (long) i * rowBytes + column * type.bytes();
        if (type.bytes() == Short.BYTES) {
          short value = data.get(ValueLayout.JAVA_SHORT_UNALIGNED, from * Short.BYTES);
          target.set(ValueLayout.JAVA_SHORT_UNALIGNED, to, value);
        } else {
          int value = data.get(ValueLayout.JAVA_INT_UNALIGNED, from * Integer.BYTES);
          target.set(ValueLayout.JAVA_INT_UNALIGNED, to, value);
        }
      }
    }
  }
}
