package io.stagger.engine.plugin;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.PluginException;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.jar.JarFile;

/**
 * A jar of {@code plugins.directory} and its class loader.
 *
 * @param path where it is
 * @param loader shows the jar, the API and the JDK
 */
record PluginJar(Path path, URLClassLoader loader) implements AutoCloseable {

  /**
   * Opens a jar.
   *
   * @throws PluginException if it is no jar or names no provider
   */
  static PluginJar open(Path path, ClassLoader api) {
    try (JarFile jar = new JarFile(path.toFile())) {
      boolean provides =
          Spi.ALL.stream().anyMatch(spi -> jar.getJarEntry(Spi.serviceFile(spi)) != null);
      if (!provides) {
        throw new PluginException(
            Diagnosis.of("names no provider", path.toString())
                .expecting("one of " + Spi.ALL.stream().map(Spi::serviceFile).toList())
                .remedy("List the provider's class in that file of the jar"));
      }
    } catch (IOException | SecurityException e) {
      throw new PluginException(
          Diagnosis.of("cannot be opened as a jar: " + e.getMessage(), path.toString())
              .remedy("Build or copy it again, or remove it"),
          e);
    }
    return new PluginJar(path, new URLClassLoader("plugin:" + path, new URL[] {url(path)}, api));
  }

  private static URL url(Path path) {
    try {
      return path.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new PluginException(
          Diagnosis.of("is not on a file system that classes can be loaded from", path.toString()),
          e);
    }
  }

  @Override
  public void close() throws IOException {
    loader.close();
  }
}
