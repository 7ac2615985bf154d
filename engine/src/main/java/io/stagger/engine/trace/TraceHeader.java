package io.stagger.engine.trace;

import io.stagger.api.ModelShape;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidTraceException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * What a trace says of itself before its first token.
 *
 * @param model whose routing it is; has at least one MoE layer, and at most {@link #MAX_CHOICES}
 *     choices of a token over all layers
 * @param weights whether the router's weights were recorded too
 * @param datasets names that tokens may be tagged with, such as those of the texts they come from;
 *     a token's tag is an index into this list. At most {@link #MAX_DATASETS}, each of at most
 *     {@link #MAX_NAME} characters, none twice; empty if tokens have no tags
 */
public record TraceHeader(ModelShape model, boolean weights, List<String> datasets) {

  /** The most choices of one token: MoE layers x top-k. */
  public static final int MAX_CHOICES = 1 << 16;

  /** The most datasets of a trace. */
  public static final int MAX_DATASETS = 4_096;

  /** The most characters of a name, of the model or of a dataset. */
  public static final int MAX_NAME = 200;

  /**
   * Checks the limits.
   *
   * @throws InvalidTraceException if one is not kept
   */
  public TraceHeader {
    datasets = List.copyOf(datasets);
    long choices = (long) model.layers() * model.topK();
    if (choices < 1 || choices > MAX_CHOICES) {
      throw wrong(
          "%d MoE layers of top-%d".formatted(model.layers(), model.topK()),
          "1 to " + MAX_CHOICES + " choices of a token");
    }
    if (model.name().length() > MAX_NAME) {
      throw wrong("a model's name of " + model.name().length() + " characters", "at most 200");
    }
    if (datasets.size() > MAX_DATASETS) {
      throw wrong(datasets.size() + " datasets", "at most " + MAX_DATASETS);
    }
    requireNames(datasets);
  }

  private static void requireNames(List<String> datasets) {
    HashSet<String> names = new HashSet<>();
    for (String name : datasets) {
      if (name.isBlank() || name.length() > MAX_NAME) {
        throw wrong(
            "a dataset's name of " + name.length() + " characters", "1 to 200, not all blank");
      }
      if (!names.add(name)) {
        throw wrong("two datasets '" + name + "'", "each name once");
      }
    }
  }

  private static InvalidTraceException wrong(String problem, String expected) {
    return new InvalidTraceException(Diagnosis.of(problem, "trace").expecting(expected));
  }

  /**
   * The header of a trace's metadata, for containers of traces other than Arrow's.
   *
   * @param metadata keys and values; the header is the value of {@code stagger.trace}
   * @param where the file, for errors
   * @throws InvalidTraceException if there is none, or it is not this version's
   */
  public static TraceHeader ofMetadata(Map<String, String> metadata, String where) {
    return TraceSchema.header(metadata, false, where);
  }

  /** The metadata that {@link #ofMetadata} reads. */
  public Map<String, String> metadata() {
    return TraceSchema.metadata(this);
  }

  /** A trace of experts alone. */
  public static TraceHeader of(ModelShape model) {
    return new TraceHeader(model, false, List.of());
  }

  /** This header, of a trace with the router's weights. */
  public TraceHeader withWeights() {
    return new TraceHeader(model, true, datasets);
  }

  /** This header with other datasets. */
  public TraceHeader withDatasets(List<String> names) {
    return new TraceHeader(model, weights, names);
  }

  /** Choices of one token: MoE layers x top-k. */
  public int choices() {
    return model.layers() * model.topK();
  }
}
