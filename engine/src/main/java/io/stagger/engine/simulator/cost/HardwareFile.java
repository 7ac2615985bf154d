package io.stagger.engine.simulator.cost;

import io.stagger.api.error.ConfigurationException;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.NearestName;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.Options;
import io.stagger.engine.config.ConfigFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Reads hardware: a preset by its name, or a file of the same keys, {@code .properties} or {@code
 * .yaml}. A preset is a resource that says where each of its numbers comes from.
 */
public final class HardwareFile {

  private static final double GIGA = 1e9;
  private static final double TERA = 1e12;
  private static final double MICRO = 1e-6;

  private static final OptionSpec NAME = OptionSpec.text("name", null, "For people.");
  private static final OptionSpec RANKS =
      integer("node.ranks", 1, 65_536, "Ranks of a node, at most.");
  private static final OptionSpec MEMORY =
      decimal("memory.gigabytes-per-second", 1e-3, 1e9, "Bandwidth of a rank's memory.");
  private static final OptionSpec FLOPS =
      decimal("compute.teraflops", 1e-6, 1e9, "Dense operations of a rank, in the weights' type.");
  private static final OptionSpec WITHIN =
      decimal(
          "within-node.gigabytes-per-second", 1e-3, 1e9, "What a rank sends to its node's ranks.");
  private static final OptionSpec WITHIN_LATENCY =
      decimal("within-node.latency-microseconds", 0, 1e9, "Until the first byte arrives there.");
  private static final OptionSpec BETWEEN =
      decimal("between-nodes.gigabytes-per-second", 1e-3, 1e9, "What a rank sends to other nodes.");
  private static final OptionSpec BETWEEN_LATENCY =
      decimal("between-nodes.latency-microseconds", 0, 1e9, "Until the first byte arrives there.");

  private static final List<OptionSpec> KEYS =
      List.of(NAME, RANKS, MEMORY, FLOPS, WITHIN, WITHIN_LATENCY, BETWEEN, BETWEEN_LATENCY);
  private static final List<String> PRESETS = List.of("h100x8", "h20x8");

  private HardwareFile() {}

  private static OptionSpec decimal(String name, double min, double max, String description) {
    return new OptionSpec(name, OptionSpec.Type.DECIMAL, null, min, max, List.of(), description);
  }

  private static OptionSpec integer(String name, long min, long max, String description) {
    return new OptionSpec(name, OptionSpec.Type.INTEGER, null, min, max, List.of(), description);
  }

  /** The keys of a file, all of which it must have. */
  public static List<OptionSpec> keys() {
    return KEYS;
  }

  /** The names of the presets, ascending. */
  public static List<String> presets() {
    return PRESETS;
  }

  /**
   * Reads hardware.
   *
   * @param name a preset's name, or a file's
   * @throws ConfigurationException if there is neither, a key is missing or unknown, or a value is
   *     not allowed; the message names file and key
   */
  public static Hardware read(String name) {
    if (PRESETS.contains(name)) {
      return of(ConfigFile.readProperties(preset(name), name), name);
    }
    Path file = Path.of(name);
    if (!Files.exists(file)) {
      throw new ConfigurationException(
          Diagnosis.of("there is no hardware '" + name + "'", "hardware")
              .expecting("one of " + String.join(", ", PRESETS) + ", or a file"));
    }
    return of(ConfigFile.read(file), name);
  }

  private static String preset(String name) {
    String resource = name + ".properties";
    try (InputStream in = HardwareFile.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + resource + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Hardware of(Map<String, String> values, String where) {
    List<String> known = KEYS.stream().map(OptionSpec::name).toList();
    for (String key : values.keySet()) {
      if (!known.contains(key)) {
        throw new ConfigurationException(
            Diagnosis.of("unknown key '" + key + "'", where)
                .remedy(NearestName.hint(key, known, "The keys are " + String.join(", ", known))));
      }
    }
    Options options = Options.empty();
    for (OptionSpec key : KEYS) {
      String value = values.get(key.name());
      if (value == null) {
        throw new ConfigurationException(
            Diagnosis.of("the key '" + key.name() + "' is missing", where)
                .expecting(key.range())
                .remedy("The keys are " + String.join(", ", known)));
      }
      options = options.with(key.name(), key.parse(value, where + ", " + key.name()));
    }
    return hardware(options);
  }

  private static Hardware hardware(Options options) {
    return new Hardware(
        options.text(NAME.name()),
        (int) options.integer(RANKS.name()),
        options.decimal(MEMORY.name()) * GIGA,
        options.decimal(FLOPS.name()) * TERA,
        link(options, WITHIN, WITHIN_LATENCY),
        link(options, BETWEEN, BETWEEN_LATENCY));
  }

  private static Link link(Options options, OptionSpec bandwidth, OptionSpec latency) {
    return new Link(
        options.decimal(bandwidth.name()) * GIGA, options.decimal(latency.name()) * MICRO);
  }
}
