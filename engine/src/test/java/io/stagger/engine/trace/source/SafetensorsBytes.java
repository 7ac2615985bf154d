package io.stagger.engine.trace.source;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A safetensors file of 64-bit integers, put together by hand. */
final class SafetensorsBytes {

  private final List<String> entries = new ArrayList<>();
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();

  void add(String name, List<Integer> shape, long... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      bytes.putLong(value);
    }
    entries.add(
        "\"%s\":{\"dtype\":\"I64\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
            .formatted(name, shape, data.size(), data.size() + bytes.capacity()));
    data.writeBytes(bytes.array());
  }

  byte[] bytes() {
    byte[] header = ("{" + String.join(",", entries) + "}").getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Long.BYTES + header.length + data.size())
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .put(data.toByteArray())
        .array();
  }

  void write(Path file) throws IOException {
    Files.write(file, bytes());
  }
}
