package io.stagger.engine.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stagger.api.HuggingFaceConfig;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidModelException;
import io.stagger.api.error.IoProblem;
import io.stagger.weights.io.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Reads a model's shape from a Hugging Face {@code config.json}. */
public final class ModelFile {

  private static final int MAX_BYTES = 16 << 20;
  private static final ObjectMapper MAPPER = new ObjectMapper(Json.FACTORY);

  private ModelFile() {}

  /**
   * Reads a model's configuration.
   *
   * @param path a {@code config.json}, or a folder that holds one
   * @throws InvalidModelException if it is missing, malformed or contradicts itself; it names the
   *     file
   */
  public static HuggingFaceConfig read(Path path) {
    Path file = Files.isDirectory(path) ? path.resolve("config.json") : path;
    Map<String, Object> json = parse(file);
    try {
      return HuggingFaceConfig.of(json);
    } catch (InvalidModelException e) {
      throw new InvalidModelException(e.diagnosis().at(file.toString()), e);
    } catch (ArithmeticException e) {
      throw new InvalidModelException(
          Diagnosis.of("sizes that no model has: " + e.getMessage(), file.toString()), e);
    }
  }

  private static Map<String, Object> parse(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new InvalidModelException(
            Diagnosis.of("more than " + MAX_BYTES + " bytes", file.toString())
                .expecting("a model's config.json"));
      }
      Map<String, Object> json = MAPPER.readValue(bytes, new TypeReference<>() {});
      if (json == null) {
        throw new InvalidModelException(
            Diagnosis.of("holds null", file.toString()).expecting("a JSON object"));
      }
      return json;
    } catch (JsonProcessingException e) {
      throw new InvalidModelException(
          StrictJson.notJson(e, file.toString()).expecting("a model's config.json"), e);
    } catch (IOException e) {
      throw new InvalidModelException(
          Diagnosis.of(IoProblem.of("cannot be read", e), file.toString())
              .remedy("Name a config.json, or a folder that holds one"),
          e);
    }
  }
}
