package io.stagger.engine.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Builds a plug-in's jar from source text, as a third party's build would. */
public final class PluginJarBuilder {

  private static final String STRATEGY = "io.stagger.api.strategy.PlacementStrategy";

  private final Map<String, String> sources = new LinkedHashMap<>();
  private final Map<String, List<String>> services = new LinkedHashMap<>();
  private final List<String> omitted = new ArrayList<>();

  /** A jar with one strategy: its class, its name, and the body of {@code place}. */
  public static PluginJarBuilder strategy(String className, String name, String placeBody) {
    return new PluginJarBuilder()
        .source(className, strategySource(className, '"' + name + '"', "", placeBody))
        .service(className);
  }

  /** A strategy's source. */
  public static String strategySource(
      String className, String nameExpression, String members, String placeBody) {
    int dot = className.lastIndexOf('.');
    return """
    package %s;
    import io.stagger.api.*;
    import io.stagger.api.strategy.*;
    import java.util.*;
    public class %s implements PlacementStrategy {
      public String name() { return %s; }
      %s
      public PlacementResult place(PlacementRequest request) {
        %s
      }
    }
    """
        .formatted(
            className.substring(0, dot),
            className.substring(dot + 1),
            nameExpression,
            members,
            placeBody);
  }

  /** A body of {@code place} that spreads the experts in turn over the slots. */
  public static String spreading() {
    return """
    int[][] map = new int[request.model().layers()][request.cluster().layout().slots()];
    for (int[] row : map) {
      for (int slot = 0; slot < row.length; slot++) {
        row[slot] = slot % request.model().experts();
      }
    }
    Placement placement =
        Placement.of(request.cluster().layout(), request.model().experts(), map);
    return new PlacementResult(placement, Decision.asRequested(name()));
    """;
  }

  /** Adds a class. */
  public PluginJarBuilder source(String className, String text) {
    sources.put(className, text);
    return this;
  }

  /** Names a strategy's class in the service file. */
  public PluginJarBuilder service(String className) {
    return service(STRATEGY, className);
  }

  /** Names a provider's class in a service file. */
  public PluginJarBuilder service(String spi, String className) {
    services.computeIfAbsent(spi, any -> new ArrayList<>()).add(className);
    return this;
  }

  /** Leaves a compiled class out of the jar. */
  public PluginJarBuilder without(String className) {
    omitted.add(className.replace('.', '/') + ".class");
    return this;
  }

  /** Compiles and writes the jar. */
  public Path build(Path jar) {
    try {
      Path classes = Files.createTempDirectory(jar.toAbsolutePath().getParent(), "classes");
      compile(classes);
      write(jar, classes);
      return jar;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void compile(Path classes) {
    if (sources.isEmpty()) {
      return;
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    boolean done =
        compiler
            .getTask(
                messages,
                null,
                null,
                List.of(
                    "-proc:none",
                    "-classpath",
                    System.getProperty("java.class.path"),
                    "-d",
                    classes.toString()),
                null,
                sources.entrySet().stream()
                    .map(source -> inMemory(source.getKey(), source.getValue()))
                    .toList())
            .call();
    assertThat(done).as(messages.toString()).isTrue();
  }

  private static SimpleJavaFileObject inMemory(String className, String text) {
    URI uri = URI.create("string:///" + className.replace('.', '/') + ".java");
    return new SimpleJavaFileObject(uri, JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return text;
      }
    };
  }

  private void write(Path jar, Path classes) throws IOException {
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out);
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : new TreeSet<>(files.filter(Files::isRegularFile).toList())) {
        String name = classes.relativize(file).toString();
        if (!omitted.contains(name)) {
          entries.putNextEntry(new JarEntry(name));
          entries.write(Files.readAllBytes(file));
        }
      }
      for (Map.Entry<String, List<String>> service : services.entrySet()) {
        entries.putNextEntry(new JarEntry("META-INF/services/" + service.getKey()));
        entries.write(String.join("\n", service.getValue()).getBytes(StandardCharsets.UTF_8));
      }
    }
  }
}
