package io.stagger.weights;

import io.stagger.api.weights.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A small checkpoint of random weights, to be written as a family of models names its tensors. It
 * writes safetensors by the format's description, with nothing of the library.
 */
public final class CheckpointFixture {

  /** A tensor to be written. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  public record Content(String dtype, List<Long> shape, byte[] bytes) {}

  private final Map<String, Content> tensors = new TreeMap<>();
  private final Map<String, Object> config = new LinkedHashMap<>();
  private final SplittableRandom random;

  /** An empty checkpoint. */
  public CheckpointFixture(long seed) {
    random = new SplittableRandom(seed);
  }

  /** All tensors, to be looked at and changed. */
  public Map<String, Content> tensors() {
    return tensors;
  }

  /** The configuration, to be looked at and changed. */
  public Map<String, Object> config() {
    return config;
  }

  /** Sets a key of the configuration. */
  public CheckpointFixture with(String key, Object value) {
    config.put(key, value);
    return this;
  }

  /** Adds a tensor of random numbers around 0. */
  public CheckpointFixture random(String name, TensorType type, long... shape) {
    int elements = 1;
    for (long size : shape) {
      elements = Math.toIntExact(elements * size);
    }
    float[] values = new float[elements];
    for (int i = 0; i < elements; i++) {
      values[i] = (float) (random.nextDouble() - 0.5);
    }
    return put(name, type, values, shape);
  }

  /** Adds a tensor. */
  public CheckpointFixture put(String name, TensorType type, float[] values, long... shape) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      switch (type) {
        case F32 -> bytes.putFloat(value);
        case F16 -> bytes.putShort(Float.floatToFloat16(value));
        case BF16 -> bytes.putShort((short) (Float.floatToIntBits(value) >>> 16));
      }
    }
    List<Long> sizes = Arrays.stream(shape).boxed().toList();
    tensors.put(name, new Content(type.name(), sizes, bytes.array()));
    return this;
  }

  /** The bytes of some tensors, one behind the other. */
  public byte[] bytesOf(String... names) {
    int length = 0;
    for (String name : names) {
      length += tensors.get(name).bytes().length;
    }
    ByteBuffer joined = ByteBuffer.allocate(length);
    for (String name : names) {
      joined.put(tensors.get(name).bytes());
    }
    return joined.array();
  }

  /** Writes {@code config.json} and {@code model.safetensors}. */
  public Path write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.write(folder.resolve("config.json"), json(config));
    Files.write(folder.resolve("model.safetensors"), safetensors(tensors));
    return folder;
  }

  /** Writes {@code config.json}, shards and their index. */
  public Path writeSharded(Path folder, int shards) throws IOException {
    Files.createDirectories(folder);
    Files.write(folder.resolve("config.json"), json(config));
    Map<String, Object> index = new TreeMap<>();
    List<String> names = List.copyOf(tensors.keySet());
    for (int shard = 0; shard < shards; shard++) {
      String file = "model-%05d-of-%05d.safetensors".formatted(shard + 1, shards);
      Map<String, Content> part = new TreeMap<>();
      for (int i = shard; i < names.size(); i += shards) {
        part.put(names.get(i), tensors.get(names.get(i)));
        index.put(names.get(i), file);
      }
      Files.write(folder.resolve(file), safetensors(part));
    }
    Files.write(
        folder.resolve("model.safetensors.index.json"),
        json(Map.of("metadata", Map.of("total_size", 1), "weight_map", index)));
    return folder;
  }

  /** A safetensors file of some tensors. */
  public static byte[] safetensors(Map<String, Content> tensors) {
    StringBuilder header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
    long offset = 0;
    for (Map.Entry<String, Content> tensor : tensors.entrySet()) {
      Content content = tensor.getValue();
      header.append(
          ",\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
              .formatted(
                  tensor.getKey(),
                  content.dtype(),
                  content.shape(),
                  offset,
                  offset + content.bytes().length));
      offset += content.bytes().length;
    }
    ByteBuffer data = ByteBuffer.allocate((int) offset);
    tensors.values().forEach(content -> data.put(content.bytes()));
    return safetensors(header.append('}').toString(), data.array());
  }

  /** A safetensors file with a header as it is given. */
  public static byte[] safetensors(String header, byte[] data) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + json.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .put(data)
        .array();
  }

  static byte[] json(Object value) {
    return text(value).getBytes(StandardCharsets.UTF_8);
  }

  private static String text(Object value) {
    return switch (value) {
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> "\"" + entry.getKey() + "\":" + text(entry.getValue()))
              .collect(Collectors.joining(",", "{", "}"));
      case String string -> "\"" + string + "\"";
      default -> String.valueOf(value);
    };
  }
}
