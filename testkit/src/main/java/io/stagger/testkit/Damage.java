package io.stagger.testkit;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Damages files, as disks, editors and adversaries do; for tests of what reads files that others
 * wrote.
 */
public final class Damage {

  private static final List<String> PIECES =
      List.of(
          "[",
          "]",
          "{",
          "}",
          ",",
          ":",
          "\"",
          "-",
          "1e999",
          "NaN",
          "null",
          "9999999999",
          "'",
          "\\",
          "\n",
          "\0",
          "&a ",
          "*a",
          "!!",
          "|",
          "#",
          "=",
          "${env:PATH}",
          "\u00e9",
          "0x1F");

  private Damage() {}

  /**
   * A damaged copy: bytes changed, inserted, removed or cut off at the end, one to four times.
   *
   * @param good the file
   * @param seed the same seed does the same damage
   */
  public static byte[] to(byte[] good, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] bytes = good;
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(bytes.length + 1);
      bytes =
          switch (random.nextInt(12)) {
            case 0, 1, 2 -> splice(bytes, at, at, new byte[] {(byte) random.nextInt(256)});
            case 3, 4, 5 ->
                splice(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(8)), new byte[0]);
            case 6, 7, 8 -> splice(bytes, at, Math.min(bytes.length, at + 1), piece(random));
            // Seldom, since what was damaged behind the cut is gone.
            case 9 -> splice(bytes, at, bytes.length, new byte[0]);
            default -> splice(bytes, at, at, piece(random));
          };
    }
    return bytes;
  }

  private static byte[] piece(SplittableRandom random) {
    return PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] splice(byte[] bytes, int from, int to, byte[] middle) {
    byte[] result = new byte[from + middle.length + bytes.length - to];
    System.arraycopy(bytes, 0, result, 0, from);
    System.arraycopy(middle, 0, result, from, middle.length);
    System.arraycopy(bytes, to, result, from + middle.length, bytes.length - to);
    return result;
  }
}
