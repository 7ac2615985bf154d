package io.stagger.engine.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import org.jspecify.annotations.Nullable;

/** How JSON is read: as a stream, no key twice, and numbers that are none as values to refuse. */
public final class Json {

  /** Python writes these, and a reader that names layer and expert is better than a parser's. */
  public static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  private Json() {}

  /** What a parser stands at, and where, for messages: {@code a text at line 3, column 14}. */
  static String found(JsonParser parser) {
    return name(parser.currentToken()) + " at " + at(parser);
  }

  private static String name(@Nullable JsonToken token) {
    return switch (token) {
      case null -> "nothing";
      case START_ARRAY -> "a list";
      case END_ARRAY -> "the end of a list";
      case START_OBJECT -> "an object";
      case END_OBJECT -> "the end of an object";
      case FIELD_NAME -> "a key";
      case VALUE_STRING -> "a text";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      case VALUE_TRUE, VALUE_FALSE -> "true or false";
      case VALUE_NULL -> "null";
      case VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE -> "something";
    };
  }

  /** Where the token begins that a parser stands at, for messages: {@code line 3, column 14}. */
  static String at(JsonParser parser) {
    return "line %d, column %d"
        .formatted(
            parser.currentTokenLocation().getLineNr(), parser.currentTokenLocation().getColumnNr());
  }
}
