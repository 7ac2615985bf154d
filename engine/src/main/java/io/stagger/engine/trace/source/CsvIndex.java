package io.stagger.engine.trace.source;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens of a raw array form a sequence: the rows of an {@code index.csv}.
 *
 * @param rows in the order of the array
 */
record CsvIndex(List<Row> rows) {

  private static final int MAX_ROWS = 1 << 20;
  private static final int MAX_LINE = 1 << 16;

  /**
   * A sequence.
   *
   * @param dataset its tag; empty if there is none
   * @param repetition whether the model was caught in a loop
   * @param firstPosition place of its first token in the text
   * @param tokens how many tokens it has
   */
  record Row(int sequence, String dataset, boolean repetition, int firstPosition, int tokens) {}

  static CsvIndex read(Path file) throws IOException {
    try (BufferedReader in = Files.newBufferedReader(file)) {
      String head = line(in, file, 1);
      if (head == null) {
        throw ImportSink.wrong("empty", file.toString(), "a head line of column names");
      }
      List<String> names = cells(head);
      List<Row> rows = new ArrayList<>();
      long offset = 0;
      for (String line = line(in, file, 2); line != null; line = line(in, file, rows.size() + 2)) {
        Cells cells = new Cells(names, cells(line), file + ", line " + (rows.size() + 2));
        Row row = cells.row();
        if (cells.number("token_offset") != offset) {
          throw ImportSink.wrong(
              "token_offset " + cells.number("token_offset"),
              cells.where(),
              offset + ", where the row before ends");
        }
        offset += row.tokens();
        rows.add(row);
        if (rows.size() > MAX_ROWS) {
          throw ImportSink.wrong("too many rows", file.toString(), "at most " + MAX_ROWS);
        }
      }
      return new CsvIndex(List.copyOf(rows));
    }
  }

  private static @Nullable String line(BufferedReader in, Path file, int number)
      throws IOException {
    StringBuilder line = new StringBuilder();
    int next = in.read();
    if (next < 0) {
      return null;
    }
    while (next >= 0 && next != '\n') {
      if (line.length() == MAX_LINE) {
        throw ImportSink.wrong(
            "a line of more than " + MAX_LINE + " characters", file + ", line " + number, "CSV");
      }
      line.append((char) next);
      next = in.read();
    }
    return line.toString().stripTrailing();
  }

  /** Cells may be quoted; a quote in a quoted cell is doubled. */
  private static List<String> cells(String line) {
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        cells.add(cell.toString());
        cell.setLength(0);
      } else {
        cell.append(c);
      }
    }
    cells.add(cell.toString());
    return cells;
  }

  private record Cells(List<String> names, List<String> values, String where) {

    Row row() {
      return new Row(
          number("seq"),
          text("dataset", ""),
          text("has_repetition", "False").equalsIgnoreCase("true"),
          names.contains("first_token_pos") ? number("first_token_pos") : 0,
          number("num_tokens"));
    }

    private String text(String name, String otherwise) {
      int column = names.indexOf(name);
      if (column < 0) {
        return otherwise;
      }
      if (column >= values.size()) {
        throw ImportSink.wrong(values.size() + " cells", where, names.size() + "");
      }
      return values.get(column);
    }

    int number(String name) {
      String text = text(name, "");
      try {
        int number = Integer.parseInt(text);
        if (number >= 0) {
          return number;
        }
      } catch (NumberFormatException e) {
        // Falls through to the same error.
      }
      throw ImportSink.wrong("'" + text + "' in column " + name, where, "a whole number from 0");
    }
  }
}
