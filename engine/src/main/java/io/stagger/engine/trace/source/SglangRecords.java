package io.stagger.engine.trace.source;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.stagger.api.ModelShape;
import io.stagger.engine.io.Json;
import io.stagger.engine.trace.TraceHeader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A dump of SGLang's expert distribution recorder in mode {@code per_token} or {@code per_pass},
 * written as JSON: {@code {"records": [...], "last_physical_to_logical_map": [...]}}, with the
 * fields of {@code expert_distribution.py} (kvcache-ai/sglang 04653fa8). Where the map is there,
 * recorded experts are slots, and are turned back into logical experts.
 */
final class SglangRecords implements TraceSource {

  private static final String MAP = "last_physical_to_logical_map";

  @Override
  public String name() {
    return "sglang";
  }

  @Override
  public String description() {
    return "a per_token or per_pass dump of SGLang's expert distribution recorder, as JSON";
  }

  @Override
  public void read(Path path, ImportSink sink) throws IOException {
    List<int[]> map = map(path, sink);
    sink.begin(TraceHeader.of(sink.model()));
    if (!map.isEmpty()) {
      sink.note("Recorded experts were slots, and became logical experts by " + MAP);
    }
    SglangTokens tokens = new SglangTokens(sink, map);
    long size = Files.size(path);
    walk(
        path,
        (key, json) -> {
          if (!key.equals("records") || json.currentToken() != JsonToken.START_ARRAY) {
            json.skipChildren();
            return key.equals("records");
          }
          JsonNumbers numbers = new JsonNumbers(path, json);
          for (int record = 0; json.nextToken() == JsonToken.START_OBJECT; record++) {
            tokens.add(SglangRecord.read(json, numbers), path + ", record " + record);
            sink.progress(path.toString(), json.currentLocation().getByteOffset(), size);
          }
          return true;
        });
    tokens.notes();
  }

  private static List<int[]> map(Path path, ImportSink sink) throws IOException {
    List<List<int[]>> found = new java.util.ArrayList<>();
    boolean records =
        walk(
            path,
            (key, json) -> {
              if (key.equals(MAP) && json.currentToken() == JsonToken.START_ARRAY) {
                found.add(new JsonNumbers(path, json).matrix());
              } else {
                json.skipChildren();
              }
              return key.equals("records");
            });
    if (!records) {
      throw ImportSink.wrong(
          "no 'records'", path.toString(), "a dump in mode per_token or per_pass, as JSON");
    }
    List<int[]> map = found.isEmpty() ? List.of() : found.getFirst();
    if (!map.isEmpty()) {
      requireLayers(map.size(), sink.model(), path + ", " + MAP);
    }
    return map;
  }

  private interface Field {
    boolean read(String key, JsonParser json) throws IOException;
  }

  /** Reads the fields of the file's one object; returns whether any of them said so. */
  private static boolean walk(Path path, Field field) throws IOException {
    boolean any = false;
    try (InputStream in = Files.newInputStream(path);
        JsonParser json = Json.FACTORY.createParser(in)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw ImportSink.wrong("no JSON object", path.toString(), "an object with 'records'");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String key = json.currentName();
        json.nextToken();
        any |= field.read(key, json);
      }
    }
    return any;
  }

  /**
   * The rows of the MoE layers among rows of MoE layers alone, or of all layers of the model.
   *
   * @return for each MoE layer its row
   */
  static List<Integer> requireLayers(int rows, ModelShape model, String where) {
    if (rows == model.layers()) {
      return java.util.stream.IntStream.range(0, rows).boxed().toList();
    }
    if (rows <= model.moeLayers().getLast()) {
      throw ImportSink.wrong(
          rows + " layers",
          where,
          "%d MoE layers, or all layers of the model, up to number %d at least"
              .formatted(model.layers(), model.moeLayers().getLast()));
    }
    return model.moeLayers();
  }
}
