package io.stagger.engine.trace.source;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.stagger.engine.io.Json;
import io.stagger.engine.trace.TraceHeader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;

/**
 * A line of a route log: the experts of a token, in one layer or in all.
 *
 * @param line where it begins in the file, from 1
 * @param layer the model's layer number; -1 if the line does not say
 * @param sequence -1 if the line does not say
 * @param position likewise
 */
record RouteRow(int line, int layer, int sequence, int position, Choices choices) {

  private static final Set<String> LAYER = Set.of("layer", "layer_id", "layer_idx");
  private static final Set<String> SEQUENCE =
      Set.of("seq", "sequence", "seq_id", "prompt_id", "request_id", "sample");
  private static final Set<String> POSITION =
      Set.of("position", "pos", "token_idx", "token_index", "token_pos");
  private static final Set<String> EXPERTS =
      Set.of("topk_ids", "experts", "expert_ids", "selected_experts", "routes");

  /** A line's experts, flat. */
  static final class Choices {

    private final char[] experts;

    private Choices(char[] experts) {
      this.experts = experts;
    }

    char[] experts() {
      return experts;
    }

    boolean sameAs(Choices other) {
      return Arrays.equals(experts, other.experts);
    }
  }

  /** Takes a row. */
  interface Taker {
    void take(RouteRow row) throws IOException;
  }

  /** Reads the lines of a log that have experts; others, such as a head line, are passed over. */
  static void read(Path file, ImportSink sink, Taker taker) throws IOException {
    long size = Files.size(file);
    try (InputStream in = Files.newInputStream(file);
        JsonParser json = Json.FACTORY.createParser(in)) {
      while (json.nextToken() != null) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
          throw ImportSink.wrong("no JSON object", at(file, json), "an object in each line");
        }
        RouteRow row = row(file, json);
        if (row.choices().experts().length > 0) {
          taker.take(row);
        }
        sink.progress(file.toString(), json.currentLocation().getByteOffset(), size);
      }
    }
  }

  private static RouteRow row(Path file, JsonParser json) throws IOException {
    int line = json.currentTokenLocation().getLineNr();
    int layer = -1;
    int sequence = -1;
    int position = -1;
    char[] experts = new char[0];
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      json.nextToken();
      if (LAYER.contains(key)) {
        layer = number(file, json, key);
      } else if (SEQUENCE.contains(key) && json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
        sequence = number(file, json, key);
      } else if (POSITION.contains(key)) {
        position = number(file, json, key);
      } else if (EXPERTS.contains(key)) {
        experts = experts(file, json);
      } else {
        json.skipChildren();
      }
    }
    return new RouteRow(line, layer, sequence, position, new Choices(experts));
  }

  private static int number(Path file, JsonParser json, String key) throws IOException {
    if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
        || json.getNumberType() != JsonParser.NumberType.INT
        || json.getIntValue() < 0) {
      throw ImportSink.wrong("a wrong " + key, at(file, json), "a whole number from 0");
    }
    return json.getIntValue();
  }

  /** A list, or a list of lists. */
  private static char[] experts(Path file, JsonParser json) throws IOException {
    char[] experts = new char[16];
    int count = 0;
    int depth = 0;
    do {
      switch (json.currentToken()) {
        case START_ARRAY -> depth++;
        case END_ARRAY -> depth--;
        case VALUE_NUMBER_INT -> {
          int expert = number(file, json, "expert");
          if (expert > Character.MAX_VALUE || count == TraceHeader.MAX_CHOICES) {
            throw ImportSink.wrong(
                "expert " + expert, at(file, json), "at most 65,535, and at most 65,536 of them");
          }
          experts = count == experts.length ? Arrays.copyOf(experts, count * 2) : experts;
          experts[count++] = (char) expert;
        }
        case null, default ->
            throw ImportSink.wrong("no expert", at(file, json), "a list of whole numbers");
      }
    } while (depth > 0 && json.nextToken() != null);
    return Arrays.copyOf(experts, count);
  }

  static String at(Path file, JsonParser json) {
    return "%s, line %d, column %d"
        .formatted(
            file,
            json.currentTokenLocation().getLineNr(),
            json.currentTokenLocation().getColumnNr());
  }
}
