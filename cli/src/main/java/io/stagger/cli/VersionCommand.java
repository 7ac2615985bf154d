package io.stagger.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stagger.api.runtime.Availability;
import io.stagger.api.strategy.Options;
import io.stagger.cli.output.Report;
import io.stagger.engine.Stagger;
import io.stagger.engine.plugin.BackendEntry;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Prints the version and what this machine offers. */
@Command(
    name = "version",
    description = "Print the version, the Java and the system it runs on, and the runtimes.",
    footer = {"  stagger version", "  stagger version --json"})
final class VersionCommand implements Callable<Integer> {

  @Mixin private final OutputOptions output = new OutputOptions();
  @Mixin private final ConfigurationOptions configuration = new ConfigurationOptions();

  @Override
  public Integer call() {
    try (Stagger stagger = Stagger.open(configuration.builder().build())) {
      List<FoundBackend> backends =
          stagger.backends().all().stream().map(FoundBackend::of).toList();
      output.print(new VersionReport(version(), backends));
    }
    return ExitCode.OK;
  }

  /** The version in the jar's manifest, or "development" where classes lie in a folder. */
  private static String version() {
    String version = StaggerCommand.class.getPackage().getImplementationVersion();
    return Objects.requireNonNullElse(version, "development");
  }

  /** A backend and whether it can run here. */
  private record FoundBackend(String name, Availability availability) {

    static FoundBackend of(BackendEntry backend) {
      Options options = Options.defaults(backend.options());
      try {
        return new FoundBackend(
            backend.name(), backend.provider().call(found -> found.availability(options)));
      } catch (RuntimeException | LinkageError e) {
        // A plug-in that fails must not keep the version from being told.
        return new FoundBackend(backend.name(), Availability.no("threw " + e));
      }
    }
  }

  private record VersionReport(String version, List<FoundBackend> backends) implements Report {

    private static String java() {
      return System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version");
    }

    private static String system() {
      return "%s %s, %s"
          .formatted(
              System.getProperty("os.name"),
              System.getProperty("os.version"),
              System.getProperty("os.arch"));
    }

    @Override
    public void print(PrintWriter out) {
      out.println("stagger " + version);
      out.println("java    " + java());
      out.println("system  " + system());
      for (FoundBackend backend : backends) {
        Availability said = backend.availability();
        String found = said.available() ? said.detail() : "not available: " + said.detail();
        out.println("runtime " + backend.name() + ": " + found);
      }
    }

    @Override
    public ObjectNode json() {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("version", version).put("java", java()).put("system", system());
      ArrayNode list = json.putArray("runtimes");
      for (FoundBackend backend : backends) {
        list.addObject()
            .put("name", backend.name())
            .put("available", backend.availability().available())
            .put("detail", backend.availability().detail());
      }
      return json;
    }
  }
}
