package io.stagger.engine.text;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.error.IoProblem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads texts from files. */
public final class TextFile {

  /** The most bytes that a text may have. */
  public static final int MAX_BYTES = 1 << 24;

  private TextFile() {}

  /**
   * The text of a UTF-8 file.
   *
   * @throws InvalidInputException if the file can't be read, is longer than {@link #MAX_BYTES}, or
   *     is not UTF-8; the message names the first byte that is not
   */
  public static String read(Path file) {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) {
      throw new InvalidInputException(
          Diagnosis.of(IoProblem.of("cannot be read", e), file.toString()).expecting("a text file"),
          e);
    }
    if (bytes.length > MAX_BYTES) {
      throw new InvalidInputException(
          Diagnosis.of("more than " + MAX_BYTES + " bytes", file.toString())
              .expecting("a shorter text")
              .remedy("Split it"));
    }
    return decode(bytes, file);
  }

  private static String decode(byte[] bytes, Path file) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
    try {
      if (result.isError()) {
        result.throwException();
      }
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(
          Diagnosis.of("byte " + in.position() + " is not UTF-8", file.toString())
              .expecting("a text in UTF-8"),
          e);
    }
    return out.flip().toString();
  }
}
