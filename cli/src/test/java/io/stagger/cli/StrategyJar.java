package io.stagger.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.strategy.PlacementStrategy;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Builds a strategy's jar as somebody would who has Stagger's api and a JDK. */
final class StrategyJar {

  private static final String SERVICE = "META-INF/services/" + PlacementStrategy.class.getName();

  private StrategyJar() {}

  /**
   * Compiles sources and packs them with a service file.
   *
   * @param services content of the service file
   */
  static void build(Path jar, List<Path> sources, String services) throws IOException {
    Path classes = Files.createTempDirectory(jar.getParent().getParent(), "classes");
    compile(sources, classes);
    Path service = classes.resolve(SERVICE);
    Files.createDirectories(service.getParent());
    Files.writeString(service, services);
    pack(classes, jar);
  }

  private static void compile(List<Path> sources, Path classes) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  messages,
                  files,
                  null,
                  List.of("-d", classes.toString(), "-cp", apiLocation()),
                  null,
                  files.getJavaFileObjectsFromPaths(sources))
              .call();
      assertThat(compiled).as("javac says: " + messages).isTrue();
    }
  }

  private static String apiLocation() {
    try {
      return Path.of(
              PlacementStrategy.class.getProtectionDomain().getCodeSource().getLocation().toURI())
          .toString();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static void pack(Path classes, Path jar) throws IOException {
    Files.createDirectories(jar.getParent());
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out);
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        entries.putNextEntry(new JarEntry(classes.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, entries);
      }
    }
  }
}
