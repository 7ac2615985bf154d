package io.stagger.weights.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DatabindException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.IoProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/** JSON that is read strictly: one object, no key twice, nothing behind it. */
public final class StrictJson {

  /** Refuses a key that an object has twice; bounds depth, numbers and names as Jackson does. */
  public static final JsonFactory FACTORY =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(FACTORY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private static final ObjectMapper ONE_LINE = new JsonMapper();
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  private StrictJson() {}

  /**
   * Reads a file.
   *
   * @param limit the most bytes that the file may have
   */
  public static Map<String, Object> read(Path file, long limit, Failure failure) {
    return parse(bytes(file, limit, failure), file.toString(), failure);
  }

  /**
   * Reads a file's bytes.
   *
   * @param limit the most bytes that the file may have
   */
  public static byte[] bytes(Path file, long limit, Failure failure) {
    try {
      long size = Files.size(file);
      if (size > limit) {
        throw failure.of(
            Diagnosis.of(size + " bytes", file.toString()).expecting("at most " + limit));
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw failure.of(Diagnosis.of("no such file", file.toString()), e);
    } catch (IOException e) {
      throw failure.of(Diagnosis.of(IoProblem.of("cannot be read", e), file.toString()), e);
    }
  }

  /** Parses an object: maps, lists, strings, numbers, booleans. */
  public static Map<String, Object> parse(byte[] json, String where, Failure failure) {
    try {
      Map<String, Object> object = MAPPER.readValue(json, OBJECT);
      if (object == null) {
        throw failure.of(Diagnosis.of("null", where).expecting("a JSON object"));
      }
      return object;
    } catch (JsonProcessingException e) {
      throw failure.of(notJson(e, where), e);
    } catch (IOException e) {
      throw failure.of(Diagnosis.of(IoProblem.of("cannot be read", e), where), e);
    }
  }

  /** What a parser's complaint tells the user, and where in the file. */
  public static Diagnosis notJson(JsonProcessingException fault, String where) {
    String place =
        fault.getLocation() == null
            ? where
            : "%s, line %d, column %d"
                .formatted(
                    where, fault.getLocation().getLineNr(), fault.getLocation().getColumnNr());
    // The binding's own message is about Java's types.
    return fault instanceof DatabindException
        ? Diagnosis.of("not one JSON object", place).expecting("{...}, and nothing else")
        : Diagnosis.of("not valid JSON: " + complaint(fault), place);
  }

  /** Without Jackson's words for a source that it does not show. */
  private static String complaint(JsonProcessingException fault) {
    return fault.getOriginalMessage().replaceAll("\\[Source: [^\\]]*; (line: [^\\]]*)\\]", "$1");
  }

  /** An object as indented UTF-8 text. */
  public static byte[] write(Map<String, ?> object) {
    return bytes(MAPPER, object);
  }

  /** An object as UTF-8 text without a line break. */
  public static byte[] writeLine(Map<String, ?> object) {
    return bytes(ONE_LINE, object);
  }

  private static byte[] bytes(ObjectMapper mapper, Map<String, ?> object) {
    try {
      return mapper.writeValueAsBytes(object);
    } catch (JsonProcessingException e) {
      throw new AssertionError("maps of texts, numbers and lists can be written", e);
    }
  }
}
