package io.stagger.engine.io;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidPlacementException;
import io.stagger.api.error.IoProblem;
import io.stagger.weights.io.StrictJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Reads a placement's JSON as a stream, value by value. Holds nothing of the file but the numbers
 * it is asked for, of which there may be {@value #MAX_NUMBERS}; every error names the file.
 */
public final class JsonReader {

  private static final int MAX_NUMBERS = 1 << 26;

  private final Path file;
  private final JsonParser parser;
  private int numbers;

  private JsonReader(Path file, JsonParser parser) {
    this.file = file;
    this.parser = parser;
  }

  /** Reads the document, whose first value it is given at. */
  @FunctionalInterface
  public interface Document {
    /** Consumes the one value of the file. */
    void read(JsonReader json) throws IOException;
  }

  /** Reads a field. */
  @FunctionalInterface
  public interface Field {
    /** Consumes the value of a key. */
    void read(String key) throws IOException;
  }

  /** Reads an element of a list. */
  @FunctionalInterface
  public interface Element {
    /** Consumes the element. */
    void read(int index) throws IOException;
  }

  /**
   * Reads a file.
   *
   * @throws InvalidPlacementException if it cannot be read or is not one JSON value
   */
  public static void read(Path file, Document document) {
    try (var in = Files.newInputStream(file);
        JsonParser parser = Json.FACTORY.createParser(in)) {
      JsonReader json = new JsonReader(file, parser);
      parser.nextToken();
      document.read(json);
      if (parser.nextToken() != null) {
        throw json.wrong("something follows at " + Json.at(parser), "the end of the file");
      }
    } catch (JsonProcessingException e) {
      throw unreadable(
          StrictJson.notJson(e, file.toString()).remedy("Mend it, or name another placement file"),
          e);
    } catch (IOException e) {
      throw unreadable(
          Diagnosis.of(IoProblem.of("cannot be read", e), file.toString())
              .remedy("Name a placement file that exists and can be read"),
          e);
    }
  }

  private static InvalidPlacementException unreadable(Diagnosis diagnosis, Exception cause) {
    return new InvalidPlacementException(diagnosis, List.of(), cause);
  }

  /** Reads an object; {@code expected} says what should have been one. */
  public void object(String expected, Field field) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw wrong("no JSON object at " + Json.at(parser), expected);
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      parser.nextToken();
      field.read(key);
    }
  }

  /** Reads a list of at most {@code most} elements. */
  public void list(String what, int most, String expected, Element element) throws IOException {
    if (!parser.isExpectedStartArrayToken()) {
      throw wrong(what + " is no list", expected);
    }
    for (int index = 0; parser.nextToken() != JsonToken.END_ARRAY; index++) {
      if (index == most) {
        throw wrong(what + " has too many entries", "at most " + most);
      }
      element.read(index);
    }
  }

  /** Passes over a value. */
  public void skip() throws IOException {
    parser.skipChildren();
  }

  /** A list of whole numbers, at most {@code most} of them. */
  public int[] integers(String what, int most) throws IOException {
    if (!parser.isExpectedStartArrayToken()) {
      throw wrong(what + " is no list at " + Json.at(parser), "a list of whole numbers");
    }
    int[] values = new int[16];
    int size = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (size == most || ++numbers > MAX_NUMBERS) {
        throw wrong(what + " has too many entries", "at most " + most);
      }
      if (size == values.length) {
        values = Arrays.copyOf(values, size * 2);
      }
      values[size] = integer(what, size);
      size++;
    }
    return Arrays.copyOf(values, size);
  }

  private int integer(String list, int entry) throws IOException {
    // The message is put together only where it is needed: a file may have millions of entries.
    return isInteger() ? parser.getIntValue() : integer(list + ", entry " + entry);
  }

  /** A whole number of 32 bits. */
  public int integer(String what) throws IOException {
    if (isInteger()) {
      return parser.getIntValue();
    }
    throw wrong(what + " is " + shown(), "a whole number of 32 bits");
  }

  /** A whole number from {@code least} to {@code most}. */
  public int integer(String what, int least, int most) throws IOException {
    int value = integer(what);
    if (value < least || value > most) {
      throw wrong(what + " is " + value, least + " to " + most);
    }
    return value;
  }

  /** A text. */
  public String text(String what) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw wrong(what + " is " + shown(), "a text");
    }
    return parser.getText();
  }

  private boolean isInteger() throws IOException {
    return parser.currentToken() == JsonToken.VALUE_NUMBER_INT
        && parser.getNumberType() == JsonParser.NumberType.INT;
  }

  private String shown() throws IOException {
    String text = String.valueOf(parser.getText());
    return text.length() > 40 ? text.substring(0, 40) + "..." : text;
  }

  /** What is wrong with the file. */
  public InvalidPlacementException wrong(String problem, String expected) {
    return new InvalidPlacementException(
        Diagnosis.of(problem, file.toString()).expecting(expected), List.of());
  }
}
