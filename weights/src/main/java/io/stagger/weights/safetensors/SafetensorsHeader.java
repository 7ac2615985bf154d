package io.stagger.weights.safetensors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.stagger.api.error.CheckpointException;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.IoProblem;
import io.stagger.weights.io.StrictJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON header of a safetensors file. As strict as the format's reference implementation:
 * no key twice, and the tensors' bytes follow each other without overlap or hole up to the end of
 * the file.
 */
final class SafetensorsHeader {

  private static final int MAX_DIMENSIONS = 16;

  private final JsonParser json;
  private final String where;
  private final List<SafetensorsEntry> entries = new ArrayList<>();

  private SafetensorsHeader(JsonParser json, String where) {
    this.json = json;
    this.where = where;
  }

  /**
   * The tensors of a header, in the order of their bytes.
   *
   * @param dataBytes how many bytes follow the header in the file
   * @throws CheckpointException if the header is malformed or contradicts {@code dataBytes}
   */
  static List<SafetensorsEntry> parse(byte[] header, long dataBytes, String where) {
    try (JsonParser json = StrictJson.FACTORY.createParser(header)) {
      SafetensorsHeader reader = new SafetensorsHeader(json, where);
      reader.readObject();
      return reader.inOrder(dataBytes);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(
          StrictJson.notJson(e, where + ", header").remedy(SafetensorsFile.FETCH_AGAIN), e);
    } catch (IOException e) {
      throw new CheckpointException(Diagnosis.of(IoProblem.of("cannot be read", e), where), e);
    }
  }

  private void readObject() throws IOException {
    require(json.nextToken() == JsonToken.START_OBJECT, "header", "a JSON object");
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      require(json.nextToken() == JsonToken.START_OBJECT, "'" + name + "'", "an object");
      if (name.equals("__metadata__")) {
        json.skipChildren();
      } else {
        entries.add(readEntry(name));
      }
    }
    require(json.nextToken() == null, "text behind the header's object", "spaces only");
  }

  private SafetensorsEntry readEntry(String name) throws IOException {
    @Nullable SafetensorsType type = null;
    @Nullable List<Long> shape = null;
    @Nullable List<Long> offsets = null;
    for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
      switch (key) {
        case "dtype" -> type = readType(name);
        case "shape" -> shape = readNumbers(name, key, MAX_DIMENSIONS);
        case "data_offsets" -> offsets = readNumbers(name, key, 2);
        default -> throw wrong(name, "key '" + key + "'", "dtype, shape and data_offsets");
      }
    }
    if (type == null || shape == null || offsets == null || offsets.size() != 2) {
      throw wrong(name, "an incomplete entry", "dtype, shape and two data_offsets");
    }
    return new SafetensorsEntry(name, type, shape, offsets.get(0), offsets.get(1));
  }

  private SafetensorsType readType(String name) throws IOException {
    String text = json.nextTextValue();
    if (text == null) {
      throw wrong(name, "a dtype that is no text", "a name such as 'BF16'");
    }
    return SafetensorsType.named(text)
        .orElseThrow(() ->
            new CheckpointException(
                Diagnosis.of("unknown dtype '" + text + "'", where + ", " + name)
                    .expecting("one of " + List.of(SafetensorsType.values()))
                    .remedy("Save the checkpoint as F32, F16 or BF16")));
  }

  private List<Long> readNumbers(String name, String key, int most) throws IOException {
    List<Long> numbers = new ArrayList<>();
    boolean list = json.nextToken() == JsonToken.START_ARRAY;
    while (list && json.nextToken() == JsonToken.VALUE_NUMBER_INT && numbers.size() < most) {
      numbers.add(json.getLongValue());
    }
    boolean natural = numbers.stream().allMatch(number -> number >= 0);
    if (!list || json.currentToken() != JsonToken.END_ARRAY || !natural) {
      throw wrong(name, "a wrong '" + key + "'", "at most " + most + " whole numbers from 0");
    }
    return List.copyOf(numbers);
  }

  private List<SafetensorsEntry> inOrder(long dataBytes) {
    entries.sort(
        Comparator.comparingLong(SafetensorsEntry::begin)
            .thenComparingLong(SafetensorsEntry::end)
            .thenComparing(SafetensorsEntry::name));
    long next = 0;
    String previous = "the header";
    for (SafetensorsEntry entry : entries) {
      String range = "bytes " + entry.begin() + " to " + entry.end();
      if (entry.end() > dataBytes) {
        throw wrong(entry.name(), range + " of " + dataBytes + " in the file", "a whole file");
      }
      if (entry.end() < entry.begin() || entry.end() - entry.begin() != bytes(entry)) {
        throw wrong(
            entry.name(), range + " for " + entry.type() + entry.shape(), bytes(entry) + " bytes");
      }
      if (entry.begin() != next) {
        String fault = entry.begin() < next ? " overlap with " : " leave a hole behind ";
        throw wrong(entry.name(), range + fault + previous, "a begin of " + next);
      }
      next = entry.end();
      previous = entry.name();
    }
    if (next != dataBytes) {
      throw new CheckpointException(
          Diagnosis.of(dataBytes - next + " bytes that belong to no tensor", where)
              .expecting("a file that ends with " + previous)
              .remedy(SafetensorsFile.FETCH_AGAIN));
    }
    return List.copyOf(entries);
  }

  private long bytes(SafetensorsEntry entry) {
    try {
      long bits = entry.type().bits();
      for (long size : entry.shape()) {
        bits = Math.multiplyExact(bits, size);
      }
      return Math.ceilDiv(bits, Byte.SIZE);
    } catch (ArithmeticException e) {
      throw new CheckpointException(
          Diagnosis.of("shape " + entry.shape() + " is too big", where + ", " + entry.name())
              .remedy(SafetensorsFile.FETCH_AGAIN),
          e);
    }
  }

  private void require(boolean holds, String what, String expected) {
    if (!holds) {
      throw new CheckpointException(
          Diagnosis.of(what + " is not as it should be", where)
              .expecting(expected)
              .remedy(SafetensorsFile.FETCH_AGAIN));
    }
  }

  private CheckpointException wrong(String tensor, String problem, String expected) {
    return new CheckpointException(
        Diagnosis.of(problem, where + ", " + tensor)
            .expecting(expected)
            .remedy(SafetensorsFile.FETCH_AGAIN));
  }
}
