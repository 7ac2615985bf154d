package io.stagger.samples.tinymoe;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import java.nio.charset.StandardCharsets;

/** Token {@code b} stands for byte {@code b} of UTF-8 text. */
final class ByteVocabulary {

  static final int SIZE = 256;

  private ByteVocabulary() {}

  static int[] encode(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int[] tokens = new int[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      tokens[i] = Byte.toUnsignedInt(bytes[i]);
    }
    return tokens;
  }

  static String decode(int[] tokens) {
    byte[] bytes = new byte[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      bytes[i] = (byte) require(tokens[i]);
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static int require(int token) {
    if (token < 0 || token >= SIZE) {
      throw new InvalidInputException(
          Diagnosis.of("token " + token, "text").expecting("a byte, 0 to " + (SIZE - 1)));
    }
    return token;
  }
}
