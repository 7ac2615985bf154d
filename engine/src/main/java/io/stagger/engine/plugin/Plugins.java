package io.stagger.engine.plugin;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.PluginException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The providers of all SPIs: those on the class path, then those of each plug-in jar in the order
 * of the jars' names.
 *
 * <p>A plug-in's class that the class path has too, as in a stray copy of one of Stagger's own
 * jars, is passed over with a problem. Closing closes the jars' class loaders; what plug-ins handed
 * out must not be used afterwards. May be used from any thread.
 */
public final class Plugins implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Plugins.class);

  private final List<PluginJar> jars = new ArrayList<>();
  private final List<PluginProblem> problems = new ArrayList<>();
  private final Map<String, List<Provider<?>>> providers = new TreeMap<>();

  private Plugins() {}

  /**
   * Loads the providers.
   *
   * @param directory the folder of plug-in jars; empty if there is none
   * @throws PluginException if the folder cannot be read
   */
  public static Plugins open(Optional<Path> directory) {
    Plugins plugins = new Plugins();
    ClassLoader host = Plugins.class.getClassLoader();
    ClassLoader api = new ApiClassLoader(host);
    directory.ifPresent(folder -> jarsIn(folder).forEach(jar -> plugins.add(jar, api)));
    for (Class<?> spi : Spi.ALL) {
      plugins.load(spi, host);
    }
    plugins.problems.forEach(problem -> LOG.warn("Plug-in not used: {}", problem.message()));
    return plugins;
  }

  private static List<Path> jarsIn(Path folder) {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        if (entry.toString().toLowerCase(Locale.ROOT).endsWith(".jar")) {
          found.add(entry);
        }
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      throw new PluginException(
          Diagnosis.of("cannot be listed: " + e.getMessage(), folder.toString())
              .expecting("a folder that can be read"),
          e);
    }
    return found.stream().sorted().toList();
  }

  private void add(Path path, ClassLoader api) {
    try {
      jars.add(PluginJar.open(path, api));
    } catch (PluginException e) {
      problems.add(new PluginProblem(e.diagnosis(), Optional.of(e)));
    }
  }

  private <S> void load(Class<S> spi, ClassLoader host) {
    List<Provider<S>> own = new ProviderLoader<>(spi, host, problems).load();
    List<String> hostClasses = own.stream().map(Provider::className).toList();
    List<Provider<?>> all = new ArrayList<>(own);
    for (PluginJar jar : jars) {
      List<Provider<S>> found = new ProviderLoader<>(spi, jar, hostClasses, problems).load();
      all.addAll(found);
    }
    providers.put(spi.getName(), List.copyOf(all));
  }

  /** The providers of an SPI, those of the class path first. */
  <S> List<Provider<S>> of(Class<S> spi) {
    return providers.getOrDefault(spi.getName(), List.of()).stream()
        .flatMap(provider -> Plugins.<S>typed(spi, provider))
        .toList();
  }

  private static <S> Stream<Provider<S>> typed(Class<S> spi, Provider<?> provider) {
    return Stream.of(new Provider<>(spi.cast(provider.instance()), provider.origin()));
  }

  /** Jars and providers that are not used, and why. */
  public List<PluginProblem> problems() {
    return List.copyOf(problems);
  }

  @Override
  public void close() {
    for (PluginJar jar : jars) {
      try {
        jar.close();
      } catch (IOException e) {
        LOG.warn("Plug-in {} could not be closed", jar.path(), e);
      }
    }
  }
}
