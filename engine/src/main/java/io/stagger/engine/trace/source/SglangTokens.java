package io.stagger.engine.trace.source;

import io.stagger.api.ModelShape;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceToken;
import java.util.Arrays;
import java.util.List;

/** Makes tokens of SGLang's records. */
final class SglangTokens {

  /** What SGLang writes where a batch was padded. */
  private static final int PADDING = -1;

  private final ImportSink sink;
  private final List<int[]> slotToExpert;
  private int sequence;
  private long padded;
  private boolean decoded;

  /**
   * @param slotToExpert the expert of each slot, by layer; empty if experts are recorded
   */
  SglangTokens(ImportSink sink, List<int[]> slotToExpert) {
    this.sink = sink;
    this.slotToExpert = slotToExpert;
  }

  void add(SglangRecord record, String where) {
    List<List<int[]>> layers = record.experts();
    if (record.mode() == SglangRecord.Mode.IDLE || layers.isEmpty()) {
      return;
    }
    List<Integer> rows = SglangRecords.requireLayers(layers.size(), sink.model(), where);
    int tokens = layers.get(rows.getFirst()).size();
    for (int row : rows) {
      if (layers.get(row).size() != tokens) {
        throw ImportSink.wrong(
            "layer " + row + " has " + layers.get(row).size() + " tokens", where, tokens + "");
      }
    }
    int[] lengths = lengths(record, tokens);
    int token = 0;
    for (int length : lengths) {
      for (int i = 0; i < length && token < tokens; i++, token++) {
        add(record, rows, token, i, length, where + ", token " + token);
      }
      sequence++;
    }
    // Behind the last sequence comes padding.
    padded += tokens - token;
  }

  /** Tokens of each sequence of the pass: of one each where it decodes. */
  private static int[] lengths(SglangRecord record, int tokens) {
    if (record.mode() == SglangRecord.Mode.DECODE || record.sequenceLengths().length == 0) {
      int[] ones = new int[tokens];
      Arrays.fill(ones, 1);
      return ones;
    }
    return record.sequenceLengths();
  }

  private void add(
      SglangRecord record, List<Integer> rows, int token, int place, int length, String where) {
    boolean padding =
        rows.stream()
            .allMatch(row ->
                Arrays.stream(record.experts().get(row).get(token)).allMatch(id -> id == PADDING));
    if (padding) {
      padded++;
      return;
    }
    boolean decode =
        record.mode() == SglangRecord.Mode.DECODE
            || (record.mode() == SglangRecord.Mode.MIXED && length == 1);
    decoded |= decode;
    int position = token < record.positions().length ? record.positions()[token] : place;
    sink.add(
        TraceToken.of(
                sequence,
                position,
                decode ? Phase.DECODE : Phase.PREFILL,
                experts(record, rows, token, where))
            .withSourceRank(record.rank()),
        where);
  }

  private char[] experts(SglangRecord record, List<Integer> rows, int token, String where) {
    ModelShape model = sink.model();
    char[] experts = new char[model.layers() * model.topK()];
    for (int layer = 0; layer < rows.size(); layer++) {
      int[] chosen = record.experts().get(rows.get(layer)).get(token);
      if (chosen.length != model.topK()) {
        throw ImportSink.wrong(
            chosen.length + " experts in layer " + layer, where, "top-" + model.topK());
      }
      for (int choice = 0; choice < chosen.length; choice++) {
        experts[layer * model.topK() + choice] = expert(chosen[choice], layer, where);
      }
    }
    return experts;
  }

  private char expert(int recorded, int layer, String where) {
    int expert = recorded;
    if (!slotToExpert.isEmpty()) {
      int all = slotToExpert.size();
      int[] map = slotToExpert.get(all == sink.model().layers() ? layer : modelLayer(layer));
      if (recorded < 0 || recorded >= map.length) {
        throw ImportSink.wrong(
            "slot " + recorded + " in layer " + layer, where, "0 to " + (map.length - 1));
      }
      expert = map[recorded];
    }
    if (expert < 0 || expert >= sink.model().experts()) {
      throw ImportSink.wrong(
          "expert " + expert + " in layer " + layer, where, "0 to " + (sink.model().experts() - 1));
    }
    return (char) expert;
  }

  private int modelLayer(int layer) {
    return sink.model().moeLayers().get(layer);
  }

  void notes() {
    if (padded > 0) {
      sink.note("Left out " + padded + " tokens of padding");
    }
    if (decoded) {
      sink.note(
          "The records do not say to which request a decode token belongs: each is taken as a"
              + " sequence of its own");
    }
  }
}
