package io.stagger.weights.checkpoint;

import io.stagger.api.HuggingFaceConfig;
import io.stagger.api.ModelShape;
import io.stagger.api.MoeSpec;
import io.stagger.api.error.CheckpointException;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.weights.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a checkpoint's tensors are, checked against its {@code config.json}.
 *
 * @param model the configuration
 * @param spec what a runtime needs of it
 * @param expertType the type of all expert weights
 * @param layers the MoE layers, in order
 * @param dense every other tensor, by its name in the checkpoint
 * @param notes what was left out, for people
 */
public record CheckpointLayout(
    HuggingFaceConfig model,
    MoeSpec spec,
    TensorType expertType,
    List<MoeLayerSources> layers,
    List<TensorSource> dense,
    List<String> notes) {

  private static final Pattern LAYER = Pattern.compile(MoeTensorName.LAYER + ".+");

  /**
   * Sorts a checkpoint's tensors.
   *
   * @throws CheckpointException if one is missing, unknown, or of a wrong shape or type; it names
   *     the tensor
   * @throws io.stagger.api.error.InvalidModelException if {@code config.json} is not understood
   */
  public static CheckpointLayout of(Checkpoint checkpoint) {
    HuggingFaceConfig model = checkpoint.model();
    Sorter sorter = new Sorter(model.requireMoe(), hiddenLayers(checkpoint.config()));
    sorter.nameModules(checkpoint.tensors().keySet());
    checkpoint.tensors().values().forEach(sorter::sort);
    return sorter.layout(model);
  }

  private static int hiddenLayers(Map<String, Object> config) {
    Object own = config.get("num_hidden_layers");
    Object text =
        config.get("text_config") instanceof Map<?, ?> t ? t.get("num_hidden_layers") : null;
    return (own == null ? text : own) instanceof Number layers
        ? layers.intValue()
        : ModelShape.MAX_LAYERS;
  }

  /** Puts each tensor where it belongs. */
  private static final class Sorter {

    private final MoeSpec spec;
    private final int hiddenLayers;
    private final Map<Integer, MoeLayerTensors> moe = new TreeMap<>();
    private final List<TensorSource> dense = new ArrayList<>();
    private final Map<Integer, Integer> beyond = new TreeMap<>();
    private final List<String> notes = new ArrayList<>();

    Sorter(MoeSpec spec, int hiddenLayers) {
      this.spec = spec;
      this.hiddenLayers = hiddenLayers;
    }

    /** Takes the modules' names from the tensors, so that errors can name what is missing. */
    void nameModules(Iterable<String> names) {
      String pattern = "model.layers.%d.mlp";
      for (String name : names) {
        Optional<MoeTensorName> moeName = MoeTensorName.of(name).filter(MoeTensorName::isMoeOnly);
        if (moeName.isPresent()) {
          pattern = moeName.get().module().replaceFirst("layers\\.\\d+", "layers.%d");
          break;
        }
      }
      for (int layer : spec.shape().moeLayers()) {
        moe.put(layer, new MoeLayerTensors(pattern.formatted(layer), layer, spec));
      }
    }

    void sort(CheckpointTensor tensor) {
      Matcher layer = LAYER.matcher(tensor.name());
      if (layer.matches() && Integer.parseInt(layer.group(1)) >= hiddenLayers) {
        beyond.merge(Integer.parseInt(layer.group(1)), 1, Integer::sum);
        return;
      }
      Optional<MoeTensorName> name = MoeTensorName.of(tensor.name());
      MoeLayerTensors moeLayer = name.map(n -> moe.get(n.layer())).orElse(null);
      if (name.isPresent() && moeLayer != null) {
        moeLayer.add(name.get(), tensor);
      } else if (name.isPresent() && name.get().isMoeOnly()) {
        throw tensor.wrong(
            "a tensor of an MoE layer",
            "layer " + name.get().layer() + " to be dense by config.json",
            "");
      } else {
        addDense(tensor);
      }
    }

    private void addDense(CheckpointTensor tensor) {
      if (tensor.data().byteSize() == 0 || !tensor.type().isReal()) {
        notes.add("%s (%s%s) left out".formatted(tensor.name(), tensor.type(), tensor.shape()));
        return;
      }
      List<Long> shape = tensor.shape().isEmpty() ? List.of(1L) : tensor.shape();
      dense.add(
          new TensorSource.Contiguous(tensor.name(), tensor.tensorType(), shape, tensor.data()));
    }

    CheckpointLayout layout(HuggingFaceConfig model) {
      List<MoeLayerSources> layers = moe.values().stream().map(MoeLayerTensors::sources).toList();
      beyond.forEach((layer, count) ->
          notes.add(
              "layer %d (%d tensors, multi-token prediction perhaps) left out: num_hidden_layers is %d"
                  .formatted(layer, count, hiddenLayers)));
      return new CheckpointLayout(
          model, spec, expertType(layers), layers, List.copyOf(dense), List.copyOf(notes));
    }

    private static TensorType expertType(List<MoeLayerSources> layers) {
      if (layers.isEmpty()) {
        throw new CheckpointException(
            Diagnosis.of("the model has no MoE layer", Checkpoint.CONFIG)
                .expecting("a Mixture-of-Experts model"));
      }
      TensorType first = layers.getFirst().experts().getFirst().getFirst().type();
      for (MoeLayerSources layer : layers) {
        for (int expert = 0; expert < layer.experts().size(); expert++) {
          for (TensorSource tensor : layer.experts().get(expert)) {
            if (tensor.type() != first) {
              throw new CheckpointException(
                  Diagnosis.of(
                          tensor.name() + " is " + tensor.type(),
                          "layer " + layer.modelLayer() + ", expert " + expert)
                      .expecting(first + ", as the experts before it"));
            }
          }
        }
      }
      return first;
    }
  }
}
