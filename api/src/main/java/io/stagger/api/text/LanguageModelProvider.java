package io.stagger.api.text;

/**
 * Opens language models of some types. Found through {@link java.util.ServiceLoader}; a provider
 * needs a public constructor without parameters. May be called from any thread.
 */
public interface LanguageModelProvider {

  /** Whether it can run a model, by {@code model_type} of its {@code config.json}. */
  boolean supports(String modelType);

  /**
   * Opens a model.
   *
   * @param assets its configuration and the tensors that belong to no MoE layer
   * @throws io.stagger.api.error.StaggerException if something is missing or of another shape
   */
  LanguageModel open(ModelAssets assets);
}
