package io.stagger.engine.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;

/** How JSON is read: as a stream, no key twice, and numbers that are none as values to refuse. */
final class Json {

  /** Python writes these, and a reader that names layer and expert is better than a parser's. */
  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  private Json() {}

  /** Where a parser stands, for messages: {@code line 3, column 14}. */
  static String at(JsonParser parser) {
    return "line %d, column %d"
        .formatted(parser.currentLocation().getLineNr(), parser.currentLocation().getColumnNr());
  }
}
