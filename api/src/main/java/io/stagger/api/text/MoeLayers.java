package io.stagger.api.text;

/** Runs the MoE layers of a model for a {@link LanguageModel.Session}. */
@FunctionalInterface
public interface MoeLayers {

  /**
   * The output of an MoE layer.
   *
   * @param layer index of the MoE layer, not the model's layer number
   * @param hidden normalised hidden states, {@code [tokens][hiddenSize]} row-major; not changed
   * @return {@code [tokens][hiddenSize]} row-major; the caller's own
   */
  float[] forward(int layer, float[] hidden);
}
