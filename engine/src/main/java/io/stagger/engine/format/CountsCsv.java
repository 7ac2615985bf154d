package io.stagger.engine.format;

import io.stagger.api.ModelShape;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidLoadException;
import io.stagger.api.error.IoProblem;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Whole numbers from 0 in a CSV file without header, read byte by byte: holds the rows it is asked
 * for and nothing else, however long the file or a line of it is.
 */
final class CountsCsv {

  private static final long MAX_VALUE = 1L << 53;

  private final Path file;
  private final long from;
  private final double[][] rows;
  private double[] row = new double[16];
  private long rowsSeen;
  private int columns;
  private int width = -1;

  /** The number being read; negative before its first digit. */
  private long value = -1;

  private CountsCsv(Path file, long from, int count) {
    this.file = file;
    this.from = from;
    this.rows = new double[count][];
  }

  /** How many rows there are. */
  static long rows(Path file) {
    CountsCsv csv = new CountsCsv(file, 0, 0);
    csv.scan();
    return csv.rowsSeen;
  }

  /** Some of the rows, which must be there. */
  static double[][] read(Path file, long from, int count) {
    CountsCsv csv = new CountsCsv(file, from, count);
    csv.scan();
    return csv.rows;
  }

  private void scan() {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      for (int next = in.read(); next >= 0; next = in.read()) {
        accept(next);
      }
      endRow();
    } catch (IOException e) {
      throw new InvalidLoadException(
          Diagnosis.of(IoProblem.of("cannot be read", e), file.toString())
              .remedy("Name a CSV file that exists and can be read"),
          e);
    }
  }

  private void accept(int next) {
    switch (next) {
      case ',' -> endField();
      case '\n' -> endRow();
      case '\r', ' ' -> {
        // np.loadtxt passes over them too.
      }
      default -> digit(next);
    }
  }

  private void digit(int next) {
    if (next < '0' || next > '9') {
      throw wrong(
          "the character " + (next > ' ' && next < 127 ? "'" + (char) next + "'" : next + ""));
    }
    value = Math.max(0, value) * 10 + (next - '0');
    if (value > MAX_VALUE) {
      throw wrong("a number above " + MAX_VALUE);
    }
  }

  private void endField() {
    if (value < 0) {
      throw wrong("nothing");
    }
    if (columns == ModelShape.MAX_EXPERTS) {
      throw wrong("more than " + columns + " columns");
    }
    if (columns == row.length) {
      row = Arrays.copyOf(row, columns * 2);
    }
    row[columns++] = value;
    value = -1;
  }

  private void endRow() {
    if (columns == 0 && value < 0) {
      return;
    }
    endField();
    if (width >= 0 && columns != width) {
      throw wrong(columns + " columns where the first row has " + width);
    }
    width = columns;
    if (rowsSeen >= from && rowsSeen - from < rows.length) {
      rows[(int) (rowsSeen - from)] = Arrays.copyOf(row, columns);
    }
    rowsSeen++;
    columns = 0;
  }

  private InvalidLoadException wrong(String problem) {
    return new InvalidLoadException(
        Diagnosis.of(problem, file + ", row " + rowsSeen + ", column " + columns)
            .expecting("whole numbers from 0, separated by commas, equally many in each row"));
  }
}
