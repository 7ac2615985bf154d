package io.stagger.samples.tinymoe;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stagger.api.text.ModelAssets;
import io.stagger.api.weights.Tensor;
import io.stagger.api.weights.TensorType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The checkpoint read directly, for tests that must not depend on Stagger's own reader.
 *
 * @param config {@code config.json}
 * @param tensors every tensor, by name
 */
record Checkpoint(Map<String, Object> config, Map<String, Tensor> tensors) implements ModelAssets {

  static Checkpoint read() {
    try {
      Path directory = Golden.modelDirectory();
      Map<String, Object> config =
          new ObjectMapper()
              .readValue(directory.resolve("config.json").toFile(), new TypeReference<>() {});
      return new Checkpoint(config, tensors(directory.resolve("model.safetensors")));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Map<String, Tensor> tensors(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    JsonNode index =
        new ObjectMapper().readTree(new String(bytes, Long.BYTES, header, StandardCharsets.UTF_8));
    MemorySegment data = MemorySegment.ofArray(bytes).asSlice(Long.BYTES + (long) header);
    Map<String, Tensor> tensors = new HashMap<>();
    for (Map.Entry<String, JsonNode> entry : index.properties()) {
      JsonNode value = entry.getValue();
      if (value.has("data_offsets")) {
        long from = value.get("data_offsets").get(0).asLong();
        long to = value.get("data_offsets").get(1).asLong();
        long[] shape = value.get("shape").valueStream().mapToLong(JsonNode::asLong).toArray();
        TensorType type = TensorType.valueOf(value.get("dtype").asText());
        tensors.put(entry.getKey(), Tensor.of(data.asSlice(from, to - from), type, shape));
      }
    }
    return tensors;
  }

  @Override
  public Tensor tensor(String name) {
    return java.util.Objects.requireNonNull(tensors.get(name), name);
  }

  /** This checkpoint with another value in its configuration. */
  Checkpoint with(String key, Object value) {
    Map<String, Object> changed = new HashMap<>(config);
    changed.put(key, value);
    return new Checkpoint(changed, tensors);
  }
}
