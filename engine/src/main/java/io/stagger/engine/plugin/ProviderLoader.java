package io.stagger.engine.plugin;

import io.stagger.api.error.Diagnosis;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Spliterator;

/**
 * Loads the providers of one SPI from one place, one by one, so that a broken one is named and
 * leaves the others be.
 */
final class ProviderLoader<S> {

  /** A service file of more broken lines than this is not read on. */
  private static final int MAX_FAILURES = 100;

  private final Class<S> spi;
  private final ClassLoader loader;
  private final Optional<PluginJar> jar;
  private final List<String> hostClasses;
  private final List<PluginProblem> problems;

  /** For the class path. */
  ProviderLoader(Class<S> spi, ClassLoader host, List<PluginProblem> problems) {
    this(spi, host, Optional.empty(), List.of(), problems);
  }

  /** For a plug-in. */
  ProviderLoader(
      Class<S> spi, PluginJar jar, List<String> hostClasses, List<PluginProblem> problems) {
    this(spi, jar.loader(), Optional.of(jar), hostClasses, problems);
  }

  private ProviderLoader(
      Class<S> spi,
      ClassLoader loader,
      Optional<PluginJar> jar,
      List<String> hostClasses,
      List<PluginProblem> problems) {
    this.spi = spi;
    this.loader = loader;
    this.jar = jar;
    this.hostClasses = hostClasses;
    this.problems = problems;
  }

  List<Provider<S>> load() {
    List<Provider<S>> found = new ArrayList<>();
    try (ContextClassLoader _ = ContextClassLoader.of(loader)) {
      Spliterator<ServiceLoader.Provider<S>> candidates =
          ServiceLoader.load(spi, loader).stream().spliterator();
      int failures = 0;
      boolean more = true;
      while (more && failures < MAX_FAILURES) {
        try {
          more = candidates.tryAdvance(candidate -> instantiate(candidate, found));
        } catch (ServiceConfigurationError | LinkageError e) {
          failures++;
          report(jar.map(j -> j.path().toString()).orElse("class path"), e);
        }
      }
    }
    return found;
  }

  private void instantiate(ServiceLoader.Provider<S> candidate, List<Provider<S>> found) {
    Class<? extends S> type = candidate.type();
    String origin = origin(type);
    if (hostClasses.contains(type.getName())) {
      problems.add(
          PluginProblem.of(
              Diagnosis.of(
                      "holds "
                          + type.getName()
                          + ", which the class path has already; its copy is"
                          + " not used",
                      origin)
                  .remedy("Remove the jar from the folder of plug-ins")));
      return;
    }
    try {
      found.add(new Provider<>(candidate.get(), origin));
    } catch (ServiceConfigurationError | LinkageError e) {
      report(origin + ", " + type.getName(), e);
    }
  }

  private String origin(Class<?> type) {
    if (jar.isPresent()) {
      return jar.get().path().toString();
    }
    CodeSource source = type.getProtectionDomain().getCodeSource();
    return source == null || source.getLocation() == null
        ? "class path"
        : "class path (" + source.getLocation().getPath().replaceAll("^.*/(?=[^/]+/?$)", "") + ")";
  }

  private void report(String where, Throwable thrown) {
    problems.add(new PluginProblem(LoadFailure.diagnose(where, thrown), Optional.of(thrown)));
  }
}
