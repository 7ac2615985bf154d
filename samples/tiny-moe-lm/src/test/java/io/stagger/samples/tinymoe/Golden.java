package io.stagger.samples.tinymoe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a float64 run of the model, written by somebody else in another language, gave on the same
 * weights: see {@code model/README.md}.
 */
final class Golden {

  static final int PROMPT_BYTES = 96;

  private final JsonNode json;

  private Golden(JsonNode json) {
    this.json = json;
  }

  static Golden read() {
    try {
      return new Golden(
          new ObjectMapper().readTree(modelDirectory().resolve("golden.json").toFile()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The sample's own copy of the model; tests run in the module's folder. */
  static Path modelDirectory() {
    return Path.of("model").toAbsolutePath();
  }

  static String text(String name) {
    try {
      return Files.readString(modelDirectory().resolve("eval").resolve(name + ".txt"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String prompt() {
    return json.get("prompt").get("text").asText();
  }

  double bitsPerByte(String text) {
    return json.get(text).get("bits_per_byte").asDouble();
  }

  long bytesScored(String text) {
    return json.get(text).get("bytes_scored").asLong();
  }

  /** {@code [layers][experts]}. */
  double[][] expertCounts(String text) {
    return json.get(text)
        .get("expert_counts")
        .valueStream()
        .map(layer -> layer.valueStream().mapToDouble(JsonNode::asDouble).toArray())
        .toArray(double[][]::new);
  }

  /** The experts of the prompt's tokens in a layer, {@code [tokens * topK]}. */
  int[] routes(int layer) {
    return json.get("prompt")
        .get("routes")
        .get(layer)
        .valueStream()
        .flatMap(JsonNode::valueStream)
        .mapToInt(JsonNode::asInt)
        .toArray();
  }

  /** Their weights, likewise. */
  double[] weights(int layer) {
    return json.get("prompt")
        .get("weights")
        .get(layer)
        .valueStream()
        .flatMap(JsonNode::valueStream)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  int[] greedyNext() {
    return json.get("prompt").get("greedy_next").valueStream().mapToInt(JsonNode::asInt).toArray();
  }

  int[] continuation() {
    return json.get("greedy_bytes").valueStream().mapToInt(JsonNode::asInt).toArray();
  }

  /** The logits of the prompt, {@code [96 * 256]}. */
  static double[] logits() {
    try {
      byte[] file = Files.readAllBytes(modelDirectory().resolve("golden_logits_f64.npy"));
      ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
      int header = bytes.getShort(8);
      String description = new String(file, 10, header, StandardCharsets.US_ASCII);
      if (!description.contains("'<f8'") || !description.contains("(96, 256)")) {
        throw new IllegalStateException(description);
      }
      double[] logits = new double[PROMPT_BYTES * ByteVocabulary.SIZE];
      bytes
          .position(10 + header)
          .slice()
          .order(ByteOrder.LITTLE_ENDIAN)
          .asDoubleBuffer()
          .get(logits);
      return logits;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
