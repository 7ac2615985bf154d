package io.stagger.engine.trace.source;

import io.stagger.api.ModelShape;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * JSON lines, one a token and layer: {@code {"layer": 0, "token_idx": 7, "topk_ids": [1, 5]}}, as
 * loggers patched into vLLM write them ({@code VLLM_LOG_MOE}, weiran0129/vLLM-MoE-Logger). A
 * forward pass logs its layers in turn, each with all its tokens. The log begins with the dummy
 * batch of vLLM's memory profiling, whose tokens are all routed alike; those are left out.
 */
final class LayerRows implements TraceSource {

  /** So many equal tokens at the beginning are no text. */
  private static final int PROFILING = 16;

  private static final int MAX_PASS = 1 << 26;

  @Override
  public String name() {
    return "vllm";
  }

  @Override
  public String description() {
    return "JSON lines, one a token and layer, as route loggers of vLLM write them";
  }

  @Override
  public void read(Path path, ImportSink sink) throws IOException {
    ModelShape model = logged(path, sink);
    sink.begin(TraceHeader.of(model));
    sink.notePhase();
    sink.note("The log names no sequences: each forward pass is taken as one");
    Pass pass = new Pass(path, model, sink);
    RouteRow.read(path, sink, pass::take);
    pass.end();
    pass.noteProfiling();
  }

  /** The model, cut down to the layers that the log has. */
  private static ModelShape logged(Path path, ImportSink sink) throws IOException {
    TreeSet<Integer> layers = new TreeSet<>();
    RouteRow.read(
        path,
        sink,
        row -> {
          if (!sink.model().moeLayers().contains(row.layer())) {
            throw ImportSink.wrong(
                row.layer() < 0 ? "no layer" : "layer " + row.layer(),
                path + ", line " + row.line(),
                "a 'layer' that is one of the model's MoE layers");
          }
          layers.add(row.layer());
        });
    ModelShape model = sink.model();
    if (layers.size() < model.layers()) {
      sink.note(
          "The log has %d of the model's %d MoE layers: %s"
              .formatted(layers.size(), model.layers(), layers));
    }
    return new ModelShape(
        model.name(),
        List.copyOf(layers),
        model.experts(),
        model.topK(),
        model.groups(),
        model.topGroups());
  }

  /** The forward pass that is being read, and the equal tokens at the beginning. */
  private static final class Pass {

    private final Path path;
    private final ModelShape model;
    private final ImportSink sink;
    private final List<List<RouteRow.Choices>> rows = new ArrayList<>();
    private int line;
    private int lastLayer = -1;
    private int lastPosition = -1;
    private int number;
    private char[] first = {};
    private int equal;
    private boolean begun;

    Pass(Path path, ModelShape model, ImportSink sink) {
      this.path = path;
      this.model = model;
      this.sink = sink;
      model.moeLayers().forEach(_ -> rows.add(new ArrayList<>()));
    }

    void take(RouteRow row) {
      boolean back =
          row.layer() < lastLayer || (row.layer() == lastLayer && row.position() <= lastPosition);
      if (back || (model.layers() == 1 && !rows.getFirst().isEmpty())) {
        end();
      }
      List<RouteRow.Choices> layer = rows.get(model.moeLayers().indexOf(row.layer()));
      if ((long) (layer.size() + 1) * model.layers() * model.topK() > MAX_PASS) {
        throw ImportSink.wrong(
            "a forward pass of more than " + layer.size() + " tokens", where(row.line()), "less");
      }
      layer.add(row.choices());
      line = row.line();
      lastLayer = row.layer();
      lastPosition = row.position();
    }

    /** Ends the pass: its tokens have all their layers, or the log has lost lines. */
    void end() {
      int tokens = rows.getFirst().size();
      for (int layer = 0; layer < rows.size(); layer++) {
        if (rows.get(layer).size() != tokens) {
          throw ImportSink.wrong(
              "layer %d has %d tokens"
                  .formatted(model.moeLayers().get(layer), rows.get(layer).size()),
              where(line) + ", where a forward pass ends",
              tokens + ", as in layer " + model.moeLayers().getFirst());
        }
      }
      for (int token = 0; token < tokens; token++) {
        add(token);
      }
      rows.forEach(List::clear);
      number++;
    }

    private void add(int token) {
      char[] experts = new char[model.layers() * model.topK()];
      for (int layer = 0; layer < rows.size(); layer++) {
        char[] chosen = rows.get(layer).get(token).experts();
        if (chosen.length != model.topK()) {
          throw ImportSink.wrong(
              chosen.length + " experts of a token", where(line), "top-" + model.topK());
        }
        System.arraycopy(chosen, 0, experts, layer * model.topK(), chosen.length);
      }
      begun |= first.length > 0 && !Arrays.equals(experts, first);
      if (begun) {
        flushEqual();
        write(experts, token);
      } else {
        first = experts;
        equal++;
      }
    }

    /** Equal tokens at the beginning that were too few for a dummy batch. */
    private void flushEqual() {
      for (int i = 0; equal < PROFILING && i < equal; i++) {
        write(first, i);
      }
      equal = equal < PROFILING ? 0 : equal;
    }

    private void write(char[] experts, int position) {
      sink.add(TraceToken.of(number, position, sink.phase(), experts), where(line));
    }

    void noteProfiling() {
      if (!begun) {
        flushEqual();
      }
      if (equal > 0) {
        sink.note(
            "Left out the first %d tokens, all routed alike: vLLM's profiling batch"
                .formatted(equal));
      }
    }

    private String where(int at) {
      return path + ", line " + at;
    }
  }
}
