package io.stagger.weights.arrow;

import java.nio.charset.StandardCharsets;

/** The fixed points of the Arrow IPC file format, and the choices that a store makes within it. */
final class ArrowFormat {

  /**
   * Where every tensor, and every message's body, begins: so that pages can be registered for DMA.
   */
  static final int PAGE = 4_096;

  /** What messages are aligned to at least. */
  static final int WORD = 8;

  static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);

  /** Marks the length of a message's metadata. */
  static final int CONTINUATION = -1;

  /** Bytes of {@link #CONTINUATION} and the length behind it. */
  static final int PREFIX = 8;

  static final String EXTENSION_NAME = "ARROW:extension:name";
  static final String EXTENSION_METADATA = "ARROW:extension:metadata";
  static final String FIXED_SHAPE_TENSOR = "arrow.fixed_shape_tensor";

  /** The elements' type, in the field's metadata. */
  static final String ELEMENT_TYPE = "stagger:element_type";

  private ArrowFormat() {}

  /** The next multiple of a power of two. */
  static long align(long position, int alignment) {
    return (position + alignment - 1) & -alignment;
  }
}
