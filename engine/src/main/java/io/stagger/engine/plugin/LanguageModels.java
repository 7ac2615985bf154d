package io.stagger.engine.plugin;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidModelException;
import io.stagger.api.error.PluginException;
import io.stagger.api.text.LanguageModelProvider;
import java.util.List;

/** The providers of language models. Immutable; may be used from any thread. */
public final class LanguageModels {

  private final List<Provider<LanguageModelProvider>> providers;

  private LanguageModels(List<Provider<LanguageModelProvider>> providers) {
    this.providers = providers;
  }

  /** The providers that were found. */
  public static LanguageModels of(Plugins plugins) {
    return new LanguageModels(plugins.of(LanguageModelProvider.class));
  }

  /** Every provider, those of the class path first. */
  public List<Provider<LanguageModelProvider>> all() {
    return providers;
  }

  /**
   * The provider of models of a type.
   *
   * @param modelType {@code model_type} of a {@code config.json}
   * @throws InvalidModelException if no provider runs such models
   * @throws PluginException if several do; it names them
   */
  public Provider<LanguageModelProvider> find(String modelType) {
    List<Provider<LanguageModelProvider>> able =
        providers.stream().filter(provider -> supports(provider, modelType)).toList();
    List<String> described =
        (able.isEmpty() ? providers : able).stream().map(Provider::described).toList();
    if (able.isEmpty()) {
      throw new InvalidModelException(
          Diagnosis.of("no language model runs models of type '" + modelType + "'", "config.json")
              .expecting("a type that one of " + described + " runs")
              .remedy("Add a jar with a LanguageModelProvider for it"));
    }
    if (able.size() > 1) {
      throw new PluginException(
          Diagnosis.of(
                  "several run models of type '" + modelType + "': " + String.join(", ", described),
                  "language models")
              .remedy("Remove all but one"));
    }
    return able.getFirst();
  }

  private static boolean supports(Provider<LanguageModelProvider> provider, String modelType) {
    try {
      return provider.call(models -> models.supports(modelType));
    } catch (RuntimeException | LinkageError e) {
      throw new PluginException(LoadFailure.diagnose(provider.described() + ".supports()", e), e);
    }
  }
}
