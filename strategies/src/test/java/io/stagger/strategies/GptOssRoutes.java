package io.stagger.strategies;

import io.stagger.api.ModelShape;
import io.stagger.api.routing.Routes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Recorded routes of gpt-oss-20b, {@code data/gptoss20b-router-trace}: the sequences of even or odd
 * number, those that repeat themselves left out.
 *
 * @param even to plan with
 * @param odd to score with
 */
public record GptOssRoutes(Routes even, Routes odd) {

  /** 24 layers of 32 experts, top-4. */
  public static final ModelShape MODEL = ModelShape.of(24, 32, 4, 1, 1);

  private static final String FOLDER = "data/gptoss20b-router-trace/";
  private static final int ROW = MODEL.layers() * MODEL.topK();

  /** Reads every so many-th token of each half. */
  public static GptOssRoutes read(int stride) {
    Path index = SharedFiles.require(FOLDER + "index.csv");
    Path trace = SharedFiles.require(FOLDER + "gptoss20b_topk_215438x24x4.u8.gz");
    try (InputStream in = new GZIPInputStream(Files.newInputStream(trace), 1 << 16)) {
      byte[] rows = in.readAllBytes();
      List<String> lines = Files.readAllLines(index);
      return new GptOssRoutes(half(rows, lines, 0, stride), half(rows, lines, 1, stride));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Routes half(byte[] rows, List<String> lines, int parity, int stride) {
    List<Integer> tokens = new ArrayList<>();
    List<Integer> sequences = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      // The columns are counted from the end, for the path before them may hold commas.
      String[] columns = line.split(",", -1);
      int sequence = Integer.parseInt(columns[0]);
      if (sequence % 2 == parity && columns[columns.length - 5].equals("False")) {
        int first = Integer.parseInt(columns[columns.length - 2]);
        int end = first + Integer.parseInt(columns[columns.length - 3]);
        for (int token = first; token < end; token += stride) {
          tokens.add(token);
          sequences.add(sequence);
        }
      }
    }
    char[] choices = new char[tokens.size() * ROW];
    for (int i = 0; i < choices.length; i++) {
      choices[i] = (char) Byte.toUnsignedInt(rows[tokens.get(i / ROW) * ROW + i % ROW]);
    }
    return Routes.of(MODEL, sequences.stream().mapToInt(s -> s).toArray(), choices);
  }
}
