package io.stagger.engine.trace.source;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.List;

/** One forward pass of a rank, as SGLang records it. */
final class SglangRecord {

  /** SGLang's {@code ForwardMode}. */
  enum Mode {
    EXTEND,
    DECODE,
    MIXED,
    IDLE
  }

  private int rank;
  private Mode mode = Mode.EXTEND;
  private int[] positions = {};
  private int[] sequenceLengths = {};
  private List<List<int[]>> experts = List.of();

  private SglangRecord() {}

  /** Reads the object that a parser stands at. */
  static SglangRecord read(JsonParser json, JsonNumbers numbers) throws IOException {
    SglangRecord record = new SglangRecord();
    numbers.restart();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      json.nextToken();
      boolean given = json.currentToken() != JsonToken.VALUE_NULL;
      switch (key) {
        case "rank" -> record.rank = numbers.number();
        case "forward_mode" -> record.mode = mode(json, numbers);
        case "positions" -> record.positions = given ? numbers.list() : record.positions;
        case "extend_seq_lens" ->
            record.sequenceLengths = given ? numbers.list() : record.sequenceLengths;
        case "topk_ids_of_layer" -> record.experts = numbers.cube();
        default -> json.skipChildren();
      }
    }
    return record;
  }

  private static Mode mode(JsonParser json, JsonNumbers numbers) throws IOException {
    Mode[] modes = Mode.values();
    if (json.currentToken() == JsonToken.VALUE_STRING) {
      for (Mode mode : modes) {
        if (json.getText().equalsIgnoreCase(mode.name())) {
          return mode;
        }
      }
      throw wrongMode(json.getText(), numbers);
    }
    int number = numbers.number();
    if (number < 1 || number > modes.length) {
      throw wrongMode("" + number, numbers);
    }
    return modes[number - 1];
  }

  private static RuntimeException wrongMode(String found, JsonNumbers numbers) {
    return ImportSink.wrong(
        "forward_mode " + found.substring(0, Math.min(20, found.length())),
        numbers.at(),
        "1 EXTEND, 2 DECODE, 3 MIXED or 4 IDLE");
  }

  int rank() {
    return rank;
  }

  Mode mode() {
    return mode;
  }

  /** Place of each token in its sequence. */
  int[] positions() {
    return positions;
  }

  /** How many tokens each sequence of a pass with prefill has. */
  int[] sequenceLengths() {
    return sequenceLengths;
  }

  /** Recorded experts, {@code [layers][tokens][topK]}. */
  List<List<int[]>> experts() {
    return experts;
  }
}
