package io.stagger.engine.trace.source;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Nested lists of whole numbers, read from JSON as a stream and bounded. */
final class JsonNumbers {

  private static final int MAX_NUMBERS = 1 << 26;

  private final Path file;
  private final JsonParser json;
  private int numbers;

  JsonNumbers(Path file, JsonParser json) {
    this.file = file;
    this.json = json;
  }

  /** A list of numbers, which the parser stands at. */
  int[] list() throws IOException {
    requireList();
    int[] values = new int[16];
    int count = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (++numbers > MAX_NUMBERS) {
        throw ImportSink.wrong("too many numbers", at(), "at most " + MAX_NUMBERS);
      }
      values = count == values.length ? Arrays.copyOf(values, count * 2) : values;
      values[count++] = number();
    }
    return Arrays.copyOf(values, count);
  }

  /** A list of lists. */
  List<int[]> matrix() throws IOException {
    requireList();
    List<int[]> rows = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      numbers++;
      rows.add(list());
    }
    return rows;
  }

  /** A list of lists of lists. */
  List<List<int[]>> cube() throws IOException {
    requireList();
    List<List<int[]>> matrices = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      numbers++;
      matrices.add(matrix());
    }
    return matrices;
  }

  /** Lets the next record have as many numbers again. */
  void restart() {
    numbers = 0;
  }

  int number() throws IOException {
    if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
        || json.getNumberType() != JsonParser.NumberType.INT) {
      throw ImportSink.wrong("no whole number", at(), "a whole number of 32 bits");
    }
    return json.getIntValue();
  }

  private void requireList() throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw ImportSink.wrong("no list", at(), "a list");
    }
  }

  String at() {
    return RouteRow.at(file, json);
  }
}
