package io.stagger.api;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Feeds values, in a byte order that is the same on every machine, to SHA-256. */
final class FingerprintWriter {

  /** Integers at a time, so that a large placement needs no second copy of itself. */
  private static final int CHUNK = 8192;

  private final MessageDigest digest;

  FingerprintWriter(String domain) {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
    digest.update(domain.getBytes(StandardCharsets.US_ASCII));
  }

  FingerprintWriter integers(int... values) {
    for (int start = 0; start < values.length; start += CHUNK) {
      int count = Math.min(CHUNK, values.length - start);
      ByteBuffer bytes = ByteBuffer.allocate(count * Integer.BYTES);
      bytes.order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(values, start, count);
      digest.update(bytes);
    }
    return this;
  }

  String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
