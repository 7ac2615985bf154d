package io.stagger.cli;

import io.stagger.api.Balance;
import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.Violation;
import io.stagger.api.error.InvalidPlacementException;
import io.stagger.engine.Stagger;
import io.stagger.engine.config.ConfigKeys;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.io.LoadFile;
import io.stagger.engine.io.PlacementFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says whether a placement is valid. */
@Command(
    name = "check",
    description = {
      "Check a placement, wherever it comes from, against a model and a cluster.",
      "What is not given is taken from the file: Stagger's own files say all of it, others say"
          + " no more than the map.",
    },
    footer = {
      "  stagger check placement.json",
      "  stagger check placement.json --model config.json --ranks 32 --slots 288",
      "  stagger check placement.json --ranks-down 3 --load load.json --json",
    })
final class CheckCommand implements Callable<Integer> {

  @Mixin private final ModelOptions modelOptions = new ModelOptions();
  @Mixin private final ClusterOptions clusterOptions = new ClusterOptions();
  @Mixin private final OutputOptions output = new OutputOptions();
  @Mixin private final ConfigurationOptions configuration = new ConfigurationOptions();

  @Parameters(
      paramLabel = "PLACEMENT",
      description = "A placement: JSON with a physical_to_logical_map, as SGLang and Stagger use.")
  private Path file;

  @Option(
      names = "--load",
      paramLabel = "FILE",
      description = "Tokens per expert and layer: also say how evenly they fall on the ranks.")
  private @Nullable Path loadFile;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields before it runs the command
  CheckCommand() {}

  @Override
  public Integer call() {
    StaggerConfig.Builder builder = configuration.builder();
    clusterOptions.configure(builder);
    try (Stagger stagger = Stagger.open(builder.build())) {
      CheckReport report = check(stagger);
      output.print(report);
      return report.valid() ? ExitCode.OK : ExitCode.NO;
    } catch (InvalidPlacementException e) {
      if (e.violations().isEmpty()) {
        throw e;
      }
      // A map so broken that it is no placement: that is the answer here, not an error.
      output.print(CheckReport.broken(e.violations()));
      return ExitCode.NO;
    }
  }

  private CheckReport check(Stagger stagger) {
    PlacementFile placementFile = PlacementFile.open(file);
    Cluster cluster = cluster(stagger.config(), placementFile);
    Optional<ModelShape> named = modelOptions.shape();
    Placement placement =
        named
            .map(model -> placementFile.placement(model, cluster))
            .orElseGet(() -> placementFile.placement(cluster.layout()));
    ModelShape model = named.orElseGet(() -> shapeOf(placement));
    List<Violation> violations = stagger.check(placement, model, cluster);
    Optional<Path> load = Optional.ofNullable(loadFile).filter(path -> violations.isEmpty());
    return new CheckReport(
        Optional.of(placement),
        violations,
        load.map(path -> Balance.of(placement, LoadFile.read(path, model), cluster)));
  }

  /** The command line's cluster, or else the one that the file says it is for. */
  private Cluster cluster(StaggerConfig config, PlacementFile placementFile) {
    if (clusterOptions.saysRanks()) {
      return clusterOptions.cluster(config, placementFile.slots());
    }
    Optional<SlotLayout> said = placementFile.layout();
    if (said.isPresent()) {
      return clusterOptions.clusterOver(placementFile.nodes(), said.get());
    }
    if (config.value(ConfigKeys.CLUSTER_RANKS.name()).isSet()) {
      return clusterOptions.cluster(config, placementFile.slots());
    }
    // The default number of ranks would be a guess, and the answer as good as that.
    throw new ParameterException(
        spec.commandLine(), file + " does not say how many ranks there are; give --ranks N.");
  }

  /** A model that has just what the placement speaks of. */
  private static ModelShape shapeOf(Placement placement) {
    return ModelShape.of(placement.layers(), placement.experts(), 1, 1, 1);
  }
}
