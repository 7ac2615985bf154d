package io.stagger.engine.text;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidModelException;
import io.stagger.api.text.LanguageModelProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** The language models that are on the class path. */
final class LanguageModels {

  private static final int MAX_PROVIDERS = 1_000;

  private LanguageModels() {}

  /**
   * The provider of a type of model.
   *
   * @throws InvalidModelException if there is none, or more than one; it names those that were
   *     asked
   */
  static LanguageModelProvider find(String modelType) {
    return find(modelType, ServiceLoader.load(LanguageModelProvider.class));
  }

  static LanguageModelProvider find(String modelType, Iterable<LanguageModelProvider> services) {
    List<String> asked = new ArrayList<>();
    List<LanguageModelProvider> found = new ArrayList<>();
    for (LanguageModelProvider provider : usable(services, asked)) {
      if (provider.supports(modelType)) {
        found.add(provider);
      }
    }
    if (found.isEmpty()) {
      throw new InvalidModelException(
          Diagnosis.of("no language model for type '" + modelType + "'", "config.json")
              .expecting("a type that one of the providers on the class path supports: " + asked)
              .remedy(
                  "Add the jar of a LanguageModelProvider; placements can be planned without one"));
    }
    if (found.size() > 1) {
      throw new InvalidModelException(
          Diagnosis.of(found.size() + " language models for type '" + modelType + "'", "class path")
              .expecting("one")
              .remedy("Remove the jars of all but one of " + names(found)));
    }
    return found.getFirst();
  }

  /**
   * The providers that can be made; one that is broken does not stop the others.
   *
   * @param asked receives the name of each, and the reason of each that is broken
   */
  private static List<LanguageModelProvider> usable(
      Iterable<LanguageModelProvider> services, List<String> asked) {
    List<LanguageModelProvider> usable = new ArrayList<>();
    Iterator<LanguageModelProvider> iterator = services.iterator();
    while (asked.size() < MAX_PROVIDERS) {
      try {
        if (!iterator.hasNext()) {
          break;
        }
        LanguageModelProvider provider = iterator.next();
        usable.add(provider);
        asked.add(provider.getClass().getName());
      } catch (ServiceConfigurationError e) {
        asked.add("(broken: " + e.getMessage() + ")");
      }
    }
    return usable;
  }

  private static List<String> names(List<LanguageModelProvider> providers) {
    return providers.stream().map(provider -> provider.getClass().getName()).toList();
  }
}
