package io.stagger.engine.io;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.stagger.api.Load;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON form of a load: a matrix {@code [layers][experts]}, or windows of such matrices, bare or
 * as the value of {@code logical_count}.
 */
final class LoadJson {

  private static final String KEY = "logical_count";

  private final JsonParser parser;
  private final LoadRows rows;

  private LoadJson(JsonParser parser, LoadRows rows) {
    this.parser = parser;
    this.rows = rows;
  }

  static void read(Path file, LoadRows rows) throws IOException {
    try (var in = Files.newInputStream(file);
        JsonParser parser = Json.FACTORY.createParser(in)) {
      new LoadJson(parser, rows).document();
    }
  }

  static void write(OutputStream out, Load load) throws IOException {
    writeObject(out, json -> writeLayers(json, load));
  }

  static void writeWindows(OutputStream out, List<Load> windows) throws IOException {
    writeObject(
        out,
        json -> {
          for (Load window : windows) {
            json.writeStartArray();
            writeLayers(json, window);
            json.writeEndArray();
          }
        });
  }

  private interface Counts {
    void writeTo(JsonGenerator json) throws IOException;
  }

  private static void writeObject(OutputStream out, Counts counts) throws IOException {
    try (JsonGenerator json = Json.FACTORY.createGenerator(out, JsonEncoding.UTF8)) {
      json.writeStartObject();
      json.writeArrayFieldStart(KEY);
      counts.writeTo(json);
      json.writeEndArray();
      json.writeEndObject();
    }
  }

  private static void writeLayers(JsonGenerator json, Load load) throws IOException {
    for (int layer = 0; layer < load.layers(); layer++) {
      double[] counts = load.layer(layer);
      json.writeArray(counts, 0, counts.length);
    }
  }

  private void document() throws IOException {
    @Nullable JsonToken first = parser.nextToken();
    if (first == JsonToken.START_ARRAY) {
      counts();
    } else if (first == JsonToken.START_OBJECT) {
      object();
    } else {
      throw rows.wrong("holds no matrix", "a matrix, or an object with '" + KEY + "'");
    }
    if (parser.nextToken() != null) {
      throw rows.wrong("something follows the load at " + Json.at(parser), "the end of the file");
    }
  }

  private void object() throws IOException {
    boolean found = false;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean ours = parser.currentName().equals(KEY);
      if (parser.nextToken() == JsonToken.START_ARRAY && ours) {
        counts();
      } else if (ours) {
        throw rows.wrong("'" + KEY + "' is no list", "a matrix, layers x experts");
      } else {
        parser.skipChildren();
      }
      found |= ours;
    }
    if (!found) {
      throw rows.wrong("'" + KEY + "' is missing", "an object with the key '" + KEY + "'");
    }
  }

  /** After the outermost bracket; ends at the one that closes it. */
  private void counts() throws IOException {
    if (!isNextList("a layer")) {
      rows.beginWindow();
      rows.endWindow();
    } else if (parser.nextToken() == JsonToken.START_ARRAY) {
      windows();
    } else {
      rows.beginWindow();
      layers();
      rows.endWindow();
    }
  }

  /** After the bracket of the first window. */
  private void windows() throws IOException {
    boolean more = true;
    while (more) {
      rows.beginWindow();
      if (parser.currentToken() == JsonToken.START_ARRAY) {
        parser.nextToken();
        layers();
      } else if (parser.currentToken() != JsonToken.END_ARRAY) {
        throw rows.wrong(Json.found(parser), "a list of layers");
      }
      rows.endWindow();
      more = isNextList("a window");
      if (more) {
        parser.nextToken();
      }
    }
  }

  /** After the bracket of the first layer; ends at the one that closes the layers. */
  private void layers() throws IOException {
    row();
    while (isNextList("a layer")) {
      parser.nextToken();
      row();
    }
  }

  /** After a row's bracket; ends at the one that closes it. */
  private void row() throws IOException {
    rows.beginRow();
    while (parser.currentToken() != JsonToken.END_ARRAY) {
      @Nullable JsonToken token = parser.currentToken();
      if (token == null || !token.isNumeric()) {
        throw rows.notACount(Json.found(parser));
      }
      rows.add(parser.getDoubleValue());
      parser.nextToken();
    }
    rows.endRow();
  }

  private boolean isNextList(String what) throws IOException {
    @Nullable JsonToken token = parser.nextToken();
    if (token == JsonToken.START_ARRAY) {
      return true;
    }
    if (token == JsonToken.END_ARRAY) {
      return false;
    }
    throw rows.wrong(Json.found(parser) + " instead of " + what, "a list");
  }
}
