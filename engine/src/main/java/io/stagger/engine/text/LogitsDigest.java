package io.stagger.engine.text;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * SHA-256 over the bits of logits, each as a 32-bit little-endian float, in the order of tokens.
 */
final class LogitsDigest {

  private final MessageDigest sha256 = sha256();

  void add(float[] logits) {
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(logits.length, Float.BYTES));
    bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(logits);
    sha256.update(bytes);
  }

  String hex() {
    return HexFormat.of().formatHex(sha256.digest());
  }

  /** The digest of several results: over the ASCII text of their digests, in order. */
  static String ofDigests(List<String> digests) {
    MessageDigest sha256 = sha256();
    for (String digest : digests) {
      sha256.update(digest.getBytes(StandardCharsets.US_ASCII));
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
