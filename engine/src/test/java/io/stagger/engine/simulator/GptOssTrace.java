package io.stagger.engine.simulator;

import io.stagger.api.ModelShape;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceToken;
import io.stagger.engine.trace.TraceWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** The public routes of gpt-oss-20b as a trace: sequences of even numbers first, loops left out. */
final class GptOssTrace {

  static final String FOLDER = "data/gptoss20b-router-trace";

  private static final ModelShape MODEL = ModelShape.of(24, 32, 4, 1, 1);
  private static final int CHOICES = 24 * 4;

  private GptOssTrace() {}

  /** A row of the index: {@code seq} first, {@code has_repetition} the fifth from the end. */
  private record Sequence(int number, boolean loops, int tokens, int offset) {

    static Sequence of(String line) {
      String[] cells = line.split(",", -1);
      int last = cells.length - 1;
      return new Sequence(
          Integer.parseInt(cells[0]),
          cells[last - 4].equals("True"),
          Integer.parseInt(cells[last - 2]),
          Integer.parseInt(cells[last - 1]));
    }
  }

  static Path write(Path from, Path to) throws IOException {
    byte[] ids;
    try (InputStream in =
        new GZIPInputStream(
            Files.newInputStream(from.resolve("gptoss20b_topk_215438x24x4.u8.gz")))) {
      ids = in.readAllBytes();
    }
    List<Sequence> sequences =
        Files.readAllLines(from.resolve("index.csv")).stream()
            .skip(1)
            .map(Sequence::of)
            .filter(sequence -> !sequence.loops())
            .sorted(Comparator.comparingInt(sequence -> sequence.number() % 2))
            .toList();
    try (TraceWriter writer = TraceWriter.create(to, TraceHeader.of(MODEL))) {
      for (Sequence sequence : sequences) {
        for (int token = 0; token < sequence.tokens(); token++) {
          char[] experts = new char[CHOICES];
          for (int i = 0; i < CHOICES; i++) {
            experts[i] = (char) ids[(sequence.offset() + token) * CHOICES + i];
          }
          writer.add(TraceToken.of(sequence.number(), token, Phase.DECODE, experts));
        }
      }
      writer.finish();
    }
    return to;
  }
}
