package io.stagger.engine.trace.source;

import io.stagger.api.ModelShape;
import io.stagger.weights.safetensors.SafetensorsEntry;
import io.stagger.weights.safetensors.SafetensorsFile;
import io.stagger.weights.safetensors.SafetensorsType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One iteration's tensors in a file of TensorRT-LLM's statistics, one for each MoE layer, named
 * {@code ITERATION_LAYER}: {@code [experts]} counts, or {@code [tokens, topK]} experts. Valid as
 * long as the arena of the file.
 */
final class StatisticTensors {

  private static final Pattern NAME = Pattern.compile("(\\d{1,9})_(\\d{1,9})");

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final SafetensorsFile file;
  private final ModelShape model;
  private final TreeMap<Integer, SafetensorsEntry> layers = new TreeMap<>();

  private StatisticTensors(SafetensorsFile file, ModelShape model) {
    this.file = file;
    this.model = model;
  }

  /** The iterations of a file, each with a tensor for each MoE layer of the model. */
  static SortedMap<Integer, StatisticTensors> open(Path path, ModelShape model, Arena arena) {
    SafetensorsFile file = SafetensorsFile.open(path, arena);
    SortedMap<Integer, StatisticTensors> iterations = new TreeMap<>();
    for (SafetensorsEntry entry : file.entries()) {
      Matcher name = NAME.matcher(entry.name());
      boolean whole = entry.type() == SafetensorsType.I32 || entry.type() == SafetensorsType.I64;
      if (!name.matches() || !whole) {
        throw ImportSink.wrong(
            "tensor '%s' of %s".formatted(entry.name(), entry.type()),
            path.toString(),
            "names ITERATION_LAYER, of I32 or I64");
      }
      iterations
          .computeIfAbsent(Integer.parseInt(name.group(1)), _ -> new StatisticTensors(file, model))
          .layers
          .put(Integer.parseInt(name.group(2)), entry);
    }
    iterations.forEach((number, tensors) -> tensors.requireLayers(number));
    return iterations;
  }

  private void requireLayers(int iteration) {
    List<Integer> found = List.copyOf(layers.keySet());
    boolean numbered = found.equals(model.moeLayers());
    if (!numbered && !(found.size() == model.layers() && found.getFirst() == 0)) {
      throw ImportSink.wrong(
          "iteration %d has layers %s".formatted(iteration, found),
          file.path().toString(),
          "the model's MoE layers " + model.moeLayers());
    }
  }

  /** How many tokens there are, of tensors {@code [tokens, topK]}. */
  int tokens() {
    List<Long> first = layers.firstEntry().getValue().shape();
    for (SafetensorsEntry entry : layers.values()) {
      if (!entry.shape().equals(first) || first.size() != 2 || first.get(1) != model.topK()) {
        throw ImportSink.wrong(
            "tensor '%s' of shape %s".formatted(entry.name(), entry.shape()),
            file.path().toString(),
            "[tokens, %d], alike in all layers".formatted(model.topK()));
      }
    }
    return Math.toIntExact(first.getFirst());
  }

  /** Experts of a token in all layers. */
  char[] experts(int token) {
    char[] experts = new char[model.layers() * model.topK()];
    int at = 0;
    for (SafetensorsEntry entry : layers.values()) {
      for (int choice = 0; choice < model.topK(); choice++) {
        long expert = number(entry, (long) token * model.topK() + choice);
        if (expert < 0 || expert >= model.experts()) {
          throw ImportSink.wrong(
              "expert " + expert,
              "%s, tensor '%s', token %d".formatted(file.path(), entry.name(), token),
              "0 to " + (model.experts() - 1));
        }
        experts[at++] = (char) expert;
      }
    }
    return experts;
  }

  /**
   * Adds counts of tensors {@code [experts]}.
   *
   * @param sums {@code [layers][experts]}
   */
  void addCounts(double[][] sums) {
    int layer = 0;
    for (SafetensorsEntry entry : layers.values()) {
      if (!entry.shape().equals(List.of((long) model.experts()))) {
        throw ImportSink.wrong(
            "tensor '%s' of shape %s".formatted(entry.name(), entry.shape()),
            file.path().toString(),
            "[" + model.experts() + "], the model's experts");
      }
      for (int expert = 0; expert < model.experts(); expert++) {
        long count = number(entry, expert);
        if (count < 0) {
          throw ImportSink.wrong(
              "count " + count,
              "%s, tensor '%s', expert %d".formatted(file.path(), entry.name(), expert),
              "a number from 0");
        }
        sums[layer][expert] += count;
      }
      layer++;
    }
  }

  private long number(SafetensorsEntry entry, long index) {
    MemorySegment data = file.data(entry);
    return entry.type() == SafetensorsType.I32
        ? data.get(INT, index * Integer.BYTES)
        : data.get(LONG, index * Long.BYTES);
  }
}
