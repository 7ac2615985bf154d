package io.stagger.weights.io;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** A running SHA-256 checksum. Not safe for use by several threads. */
public final class Sha256 {

  private static final int CHUNK = 1 << 16;
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

  private final MessageDigest digest;
  private final byte[] chunk = new byte[CHUNK];

  /** A checksum of nothing yet. */
  public Sha256() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** The checksum of a whole file. */
  public static String of(Path file) throws IOException {
    Sha256 sum = new Sha256();
    try (InputStream in = Files.newInputStream(file)) {
      int read = in.read(sum.chunk);
      while (read >= 0) {
        sum.digest.update(sum.chunk, 0, read);
        read = in.read(sum.chunk);
      }
    }
    return sum.hex();
  }

  /** Whether a text is a checksum as {@link #hex} gives it. */
  public static boolean isHex(String text) {
    return HEX.matcher(text).matches();
  }

  /** Adds the bytes from position to limit, and leaves the buffer's position alone. */
  public Sha256 add(ByteBuffer bytes) {
    digest.update(bytes.duplicate());
    return this;
  }

  /** Adds the bytes of an array. */
  public Sha256 add(byte[] bytes) {
    digest.update(bytes);
    return this;
  }

  /** Adds a text, as UTF-8, closed by a zero so that two texts cannot run together. */
  public Sha256 add(String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
    return this;
  }

  /** Adds a number, as eight bytes, the highest first. */
  public Sha256 add(long number) {
    return add(ByteBuffer.allocate(Long.BYTES).putLong(0, number));
  }

  /** Adds the bytes of a segment, wherever it lies. */
  public Sha256 add(MemorySegment bytes) {
    for (long at = 0; at < bytes.byteSize(); at += CHUNK) {
      int length = (int) Math.min(CHUNK, bytes.byteSize() - at);
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, chunk, 0, length);
      digest.update(chunk, 0, length);
    }
    return this;
  }

  /** The checksum in lower-case hexadecimal; starts over. */
  public String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
