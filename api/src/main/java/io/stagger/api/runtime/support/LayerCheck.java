package io.stagger.api.runtime.support;

import io.stagger.api.MoeSpec;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.WeightStoreException;
import io.stagger.api.weights.ExpertWeights;
import io.stagger.api.weights.LayerWeights;
import io.stagger.api.weights.Tensor;
import io.stagger.api.weights.WeightLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Checks that what a loader hands out has the shapes that the model's spec promises. Immutable. */
public final class LayerCheck {

  private final MoeSpec spec;

  /** Checks for a model. */
  public LayerCheck(MoeSpec spec) {
    this.spec = spec;
  }

  /**
   * Loads and checks router and shared expert of every layer of a loader's model, in layer order.
   *
   * @throws WeightStoreException as {@link #require(LayerWeights, int)}
   */
  public static List<LayerWeights> load(WeightLoader loader) {
    LayerCheck check = new LayerCheck(loader.spec());
    List<LayerWeights> layers = new ArrayList<>();
    for (int layer = 0; layer < loader.spec().shape().layers(); layer++) {
      LayerWeights weights = loader.layer(layer);
      check.require(weights, layer);
      layers.add(weights);
    }
    return List.copyOf(layers);
  }

  /**
   * Checks a layer's router and shared expert.
   *
   * @throws WeightStoreException if a part is missing, of another shape, or there for no reason; it
   *     names the layer and the part
   */
  public void require(LayerWeights layer, int index) {
    String where = "layer " + index;
    long experts = spec.shape().experts();
    shape(layer.router(), where + ", router", experts, spec.hiddenSize());
    optional(
        layer.correctionBias(),
        spec.router().correctionBias(),
        where + ", router's correction bias",
        experts);
    optional(
        layer.sharedGate(),
        spec.sharedGate(),
        where + ", shared expert's gate",
        1,
        spec.hiddenSize());
    String shared = where + ", shared expert";
    present(layer.shared(), spec.hasSharedExpert(), shared);
    layer.shared().ifPresent(e -> requireExpert(e, spec.sharedIntermediateSize(), shared));
    layer.correctionBias().ifPresent(bias -> finite(bias, where + ", router's correction bias"));
  }

  /**
   * Checks a routed expert.
   *
   * @throws WeightStoreException if it has another shape, or several types
   */
  public void require(ExpertWeights expert, int layer, int slot) {
    requireExpert(expert, spec.intermediateSize(), "layer " + layer + ", slot " + slot);
  }

  private void requireExpert(ExpertWeights expert, long intermediate, String where) {
    shape(expert.gate(), where, intermediate, spec.hiddenSize());
    boolean oneType =
        expert.up().type() == expert.gate().type() && expert.down().type() == expert.gate().type();
    if (!oneType) {
      throw new WeightStoreException(
          Diagnosis.of("gate, up and down differ in type", where).expecting("one type"));
    }
  }

  private static void optional(
      Optional<Tensor> part, boolean expected, String where, long... shape) {
    present(part, expected, where);
    part.ifPresent(tensor -> shape(tensor, where, shape));
  }

  private static void present(Optional<?> part, boolean expected, String where) {
    if (part.isPresent() != expected) {
      throw new WeightStoreException(
          Diagnosis.of(expected ? "it is missing" : "it is there", where)
              .expecting(expected ? "one" : "none, by the model's spec"));
    }
  }

  private static void shape(Tensor tensor, String where, long... expected) {
    List<Long> shape = Arrays.stream(expected).boxed().toList();
    if (!tensor.shape().equals(shape)) {
      throw new WeightStoreException(
          Diagnosis.of("shape " + tensor.shape(), where).expecting(shape.toString()));
    }
  }

  private static void finite(Tensor tensor, String where) {
    for (long i = 0; i < tensor.elements(); i++) {
      if (!Float.isFinite(tensor.get(i))) {
        throw new WeightStoreException(
            Diagnosis.of("element " + i + " is " + tensor.get(i), where)
                .expecting("a finite number"));
      }
    }
  }
}
