package io.stagger.engine.trace.source;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceToken;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * A folder of TensorRT-LLM's expert statistics ({@code EXPERT_STATISTIC_PATH}). Files {@code
 * rankN_raw.safetensors} hold the experts of tokens and become a trace; where there are none, files
 * {@code rankN.safetensors} hold counts, which become a load with a window for each iteration.
 */
final class TensorRtLlmStatistics implements TraceSource {

  /** A load file of more windows is of no use to anyone. */
  private static final int MAX_WINDOWS = 1 << 12;

  @Override
  public String name() {
    return "tensorrt-llm";
  }

  @Override
  public String description() {
    return "a folder of TensorRT-LLM's expert statistics: rankN_raw.safetensors, or"
        + " rankN.safetensors, whose counts become a load file";
  }

  @Override
  public void read(Path path, ImportSink sink) throws IOException {
    List<Path> raw = ranks(path, "_raw.safetensors");
    if (!raw.isEmpty()) {
      readTokens(raw, sink);
      return;
    }
    List<Path> counts = ranks(path, ".safetensors");
    if (counts.isEmpty()) {
      throw ImportSink.wrong(
          "no statistics", path.toString(), "files rank0.safetensors or rank0_raw.safetensors");
    }
    readCounts(counts, sink);
  }

  /** Files of all ranks, by rank. */
  private static List<Path> ranks(Path folder, String ending) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.toList();
      List<Path> ranks = new ArrayList<>();
      for (int rank = 0; all.contains(folder.resolve("rank" + rank + ending)); rank++) {
        ranks.add(folder.resolve("rank" + rank + ending));
      }
      return ranks;
    }
  }

  private static void readCounts(List<Path> files, ImportSink sink) throws IOException {
    ModelShape model = sink.model();
    List<double[][]> windows = new ArrayList<>();
    List<Integer> iterations = new ArrayList<>();
    for (Path file : files) {
      try (Arena arena = Arena.ofConfined()) {
        SortedMap<Integer, StatisticTensors> tensors = StatisticTensors.open(file, model, arena);
        for (var iteration : tensors.entrySet()) {
          int window = iterations.indexOf(iteration.getKey());
          if (window < 0) {
            window = windows.size();
            iterations.add(iteration.getKey());
            windows.add(new double[model.layers()][model.experts()]);
          }
          if (windows.size() > MAX_WINDOWS) {
            throw ImportSink.wrong(
                "too many iterations", file.toString(), "at most " + MAX_WINDOWS);
          }
          iteration.getValue().addCounts(windows.get(window));
        }
      }
    }
    sink.write(windows.stream().map(rows -> Load.of(model.experts(), rows)).toList());
    sink.note(
        "The statistics hold counts, no tokens: written as a load file of %d windows (iterations),"
                .formatted(windows.size())
            + " without sequences, phases, source ranks and which experts were chosen together");
  }

  private static void readTokens(List<Path> files, ImportSink sink) throws IOException {
    sink.begin(TraceHeader.of(sink.model()));
    sink.notePhase();
    sink.note("The statistics name no sequences: each iteration of a rank is taken as one");
    int sequence = 0;
    for (int rank = 0; rank < files.size(); rank++) {
      try (Arena arena = Arena.ofConfined()) {
        for (var entry : StatisticTensors.open(files.get(rank), sink.model(), arena).entrySet()) {
          StatisticTensors iteration = entry.getValue();
          for (int token = 0; token < iteration.tokens(); token++) {
            sink.add(
                TraceToken.of(sequence, token, sink.phase(), iteration.experts(token))
                    .withSourceRank(rank),
                "%s, iteration %d, token %d".formatted(files.get(rank), entry.getKey(), token));
          }
          sequence++;
        }
      }
      sink.progress(files.get(rank).toString(), rank + 1L, files.size());
    }
  }
}
