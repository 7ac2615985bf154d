package io.stagger.engine.trace.arrow;

import java.nio.charset.StandardCharsets;

/** The fixed points of Arrow's IPC format, and the bounds that a trace keeps. */
final class IpcFormat {

  /** What a file begins with, padded to 8 bytes, and ends with. */
  static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);

  /** Marks the length of a message's metadata. */
  static final int CONTINUATION = -1;

  /** What messages are aligned to. */
  static final int WORD = 8;

  /** What buffers are aligned to, as the specification recommends. */
  static final int BUFFER_ALIGNMENT = 64;

  /** Stands before a compressed buffer that is stored as it is. */
  static final long NOT_COMPRESSED = -1;

  /** The most bytes of a message's metadata. */
  static final int MAX_METADATA = 4 << 20;

  /** The most bytes of a batch's values, before compression. */
  static final int MAX_BATCH_BYTES = 256 << 20;

  /** The most rows of a batch. */
  static final int MAX_BATCH_ROWS = 1 << 20;

  /** An offset in a flatbuffer that says that a part is absent. */
  static final int NONE = 0;

  private IpcFormat() {}

  /** The next multiple of a power of two. */
  static long align(long position, int alignment) {
    return (position + alignment - 1) & -alignment;
  }
}
