package io.stagger.engine.config;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.error.ConfigurationException;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.NearestName;
import io.stagger.api.strategy.OptionSpec;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.commons.configuration2.CompositeConfiguration;

/**
 * The configuration in force. Layers, the last one that sets a key wins: the defaults of {@link
 * ConfigKeys}, a file, environment variables ({@code STAGGER_PLACEMENT_STRATEGY}), system
 * properties ({@code stagger.placement.strategy}), the command line.
 *
 * <p>The variable of a key is {@code STAGGER_} and the key in upper case, each character that is no
 * letter or digit as {@code _}. Other variables that begin with {@code STAGGER_}, and other
 * properties that begin with {@code stagger.}, are passed over unless they look like a misspelt
 * key.
 *
 * <p>Every key is known: an unknown one is an error that names the nearest, and so is a value that
 * is not of its key's type. The keys of strategies and backends are known only to an open {@code
 * Stagger}, which checks them then; its {@code config()} holds them too.
 *
 * <p>Immutable; may be used from any thread.
 */
public final class StaggerConfig {

  private final ConfigSources sources;
  private final Map<String, OptionSpec> specs;
  private final List<Layer> layers;
  private final CompositeConfiguration merged;

  private StaggerConfig(ConfigSources sources, Map<String, OptionSpec> specs, boolean complete) {
    this.sources = sources;
    this.specs = specs;
    this.layers = layers(complete);
    this.merged = new CompositeConfiguration();
    // A value is what was written: "${...}" in it is no reference to other keys or to files.
    merged.setInterpolator(null);
    layers.forEach(layer -> merged.addConfiguration(layer.values()));
    values().forEach(this::checkType);
  }

  /** A configuration to be put together. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The configuration of a file, this process's environment variables and its system properties.
   *
   * @param file a {@code .properties}, {@code .yaml} or {@code .yml} file
   * @throws ConfigurationException if the file cannot be read, or a key or value is wrong
   */
  public static StaggerConfig load(Path file) {
    return builder().file(file).process().build();
  }

  /** From the last layer, which wins, to the first. */
  private List<Layer> layers(boolean complete) {
    String file = sources.file().map(Path::toString).orElse("");
    EnvironmentNames names = new EnvironmentNames(specs.keySet());
    List<Layer> all = new ArrayList<>();
    all.add(known(key -> "command line", sources.commandLine(), complete));
    Map<String, String> properties = new TreeMap<>(sources.systemProperties());
    properties.keySet().removeIf(key -> !ConfigKeys.isMeantAsKey(key, specs.keySet()));
    all.add(known(key -> "system property stagger." + key, properties, complete));
    all.add(
        Layer.of(
            key -> "environment variable " + EnvironmentNames.of(key),
            names.resolve(sources.environment(), complete)));
    all.add(known(key -> "file " + file, sources.fileValues(), complete));
    Map<String, String> defaults = new TreeMap<>();
    specs.forEach((key, spec) -> {
      if (spec.defaultValue() != null) {
        defaults.put(key, spec.defaultValue());
      }
    });
    all.add(Layer.of(key -> Layer.DEFAULT, defaults));
    return List.copyOf(all);
  }

  private Layer known(UnaryOperator<String> origin, Map<String, String> values, boolean complete) {
    Map<String, String> kept = new TreeMap<>();
    values.forEach((key, value) -> {
      if (specs.containsKey(key)) {
        kept.put(key, value);
      } else if (complete || !ConfigKeys.isProviderKey(key)) {
        throw unknown(key, origin.apply(key));
      }
    });
    return Layer.of(origin, kept);
  }

  private ConfigurationException unknown(String key, String origin) {
    return new ConfigurationException(
        Diagnosis.of("unknown key '" + key + "'", origin)
            .remedy(NearestName.hint(key, specs.keySet(), "'stagger config' lists the keys")));
  }

  private void checkType(ConfigValue value) {
    value.value().ifPresent(text -> value.spec().parse(text, where(value)));
  }

  private static String where(ConfigValue value) {
    return value.key() + " (" + value.origin() + ")";
  }

  /**
   * This configuration with further keys, after which every key must be known.
   *
   * @param more the keys of strategies and backends, whole
   * @throws ConfigurationException if a layer holds a key that is still unknown, or a wrong value
   */
  public StaggerConfig declaring(Collection<OptionSpec> more) {
    Map<String, OptionSpec> all = new LinkedHashMap<>(specs);
    for (OptionSpec spec : more) {
      if (all.put(spec.name(), spec) != null) {
        throw new ConfigurationException(
            Diagnosis.of("two providers declare the key '" + spec.name() + "'", "configuration")
                .remedy("Rename the option of one, or remove its jar"));
      }
    }
    return new StaggerConfig(sources, all, true);
  }

  /** Every known key with its value and where that comes from, in the order of declaration. */
  public List<ConfigValue> values() {
    return specs.keySet().stream().map(this::value).toList();
  }

  /**
   * A key's value and where it comes from.
   *
   * @throws ConfigurationException if there is no such key; it names the nearest
   */
  public ConfigValue value(String key) {
    OptionSpec spec = specs.get(key);
    if (spec == null) {
      throw unknown(key, "configuration");
    }
    String origin =
        layers.stream()
            .filter(layer -> layer.values().containsKey(key))
            .findFirst()
            .map(layer -> layer.originOf(key))
            .orElse(Layer.DEFAULT);
    return new ConfigValue(spec, Optional.ofNullable(merged.getString(key)), origin);
  }

  /** A key and where it was set, for messages: {@code placement.strategy (command line)}. */
  public String where(OptionSpec key) {
    return where(value(key.name()));
  }

  /** The value of a text or a choice that has a default. */
  public String text(OptionSpec key) {
    return required(key, String.class);
  }

  /** The value of a whole number that has a default. */
  public long integer(OptionSpec key) {
    return required(key, Long.class);
  }

  /** The value of a number that has a default. */
  public double decimal(OptionSpec key) {
    return required(key, Double.class);
  }

  /** The value of a flag that has a default. */
  public boolean flag(OptionSpec key) {
    return required(key, Boolean.class);
  }

  /** The value of a path or of the file of a placement; empty if it is not set. */
  public Optional<Path> path(OptionSpec key) {
    return value(key.name()).value().map(String::strip).map(text -> toPath(text, key));
  }

  private Path toPath(String text, OptionSpec key) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new ConfigurationException(
          Diagnosis.of("no path: " + e.getMessage(), where(key)).expecting(key.range()), e);
    }
  }

  private <T> T required(OptionSpec key, Class<T> type) {
    ConfigValue value = value(key.name());
    String text =
        value
            .value()
            .orElseThrow(() ->
                new ConfigurationException(
                    Diagnosis.of("'" + key.name() + "' is not set", "configuration")
                        .expecting(key.range())));
    return type.cast(value.spec().parse(text, where(value)));
  }

  /** How long a strategy may take. */
  public Duration timeout() {
    return Duration.ofNanos((long) (decimal(ConfigKeys.PLACEMENT_TIMEOUT) * 1e9));
  }

  /**
   * The folder of plug-in jars; empty if nothing sets it and the default folder is missing.
   *
   * @throws ConfigurationException if a folder was set that is none
   */
  public Optional<Path> pluginsDirectory() {
    ConfigValue value = value(ConfigKeys.PLUGINS_DIRECTORY.name());
    Optional<Path> folder = path(ConfigKeys.PLUGINS_DIRECTORY);
    if (folder.isPresent() && !Files.isDirectory(folder.get())) {
      if (value.isSet()) {
        throw new ConfigurationException(
            Diagnosis.of("'" + folder.get() + "' is not a folder", where(value))
                .expecting("a folder that holds plug-in jars"));
      }
      return Optional.empty();
    }
    return folder;
  }

  /**
   * The cluster that the {@code cluster.} keys describe.
   *
   * @param model says how many slots there are where {@code cluster.slots} is 0
   * @throws io.stagger.api.error.InvalidClusterException if the nodes do not divide the ranks
   */
  public Cluster cluster(ModelShape model) {
    int slots = Math.toIntExact(integer(ConfigKeys.CLUSTER_SLOTS));
    return Cluster.of(
        Math.toIntExact(integer(ConfigKeys.CLUSTER_NODES)),
        Math.toIntExact(integer(ConfigKeys.CLUSTER_RANKS)),
        slots == 0 ? model.experts() : slots);
  }

  /** Puts a configuration together; not for several threads. */
  public static final class Builder {

    private static final String SYSTEM_PREFIX = "stagger.";

    private Optional<Path> file = Optional.empty();
    private Map<String, String> fileValues = Map.of();
    private Map<String, String> environment = Map.of();
    private final Map<String, String> systemProperties = new TreeMap<>();
    private final Map<String, String> commandLine = new TreeMap<>();

    private Builder() {}

    /**
     * Reads a file.
     *
     * @param path a {@code .properties}, {@code .yaml} or {@code .yml} file
     * @throws ConfigurationException if it cannot be read or is not what its name says
     */
    public Builder file(Path path) {
      fileValues = ConfigFile.read(path);
      file = Optional.of(path);
      return this;
    }

    /** Takes the variables that begin with {@code STAGGER_}. */
    public Builder environment(Map<String, String> variables) {
      Map<String, String> ours = new TreeMap<>(variables);
      ours.keySet().removeIf(name -> !name.startsWith(EnvironmentNames.PREFIX));
      environment = ours;
      return this;
    }

    /** Takes the properties that begin with {@code stagger.}, without that prefix. */
    public Builder systemProperties(Properties properties) {
      systemProperties.clear();
      for (String name : properties.stringPropertyNames()) {
        if (name.startsWith(SYSTEM_PREFIX)) {
          systemProperties.put(
              name.substring(SYSTEM_PREFIX.length()), properties.getProperty(name));
        }
      }
      return this;
    }

    /** Takes environment variables and system properties of this process. */
    public Builder process() {
      return environment(System.getenv()).systemProperties(System.getProperties());
    }

    /** Sets a key above all other layers; the last value for a key wins. */
    public Builder set(String key, String value) {
      commandLine.put(key, value);
      return this;
    }

    /**
     * Sets a key as the command line's {@code --set key=value} does.
     *
     * @throws ConfigurationException if there is no equals sign after a key
     */
    public Builder set(String assignment) {
      int equals = assignment.indexOf('=');
      if (equals < 1) {
        throw new ConfigurationException(
            Diagnosis.of("'" + assignment + "' sets nothing", "command line")
                .expecting("key=value"));
      }
      return set(assignment.substring(0, equals).strip(), assignment.substring(equals + 1));
    }

    /**
     * The configuration.
     *
     * @throws ConfigurationException if a key is unknown or a value is not of its type
     */
    public StaggerConfig build() {
      Map<String, OptionSpec> specs = new LinkedHashMap<>();
      ConfigKeys.all().forEach(spec -> specs.put(spec.name(), spec));
      return new StaggerConfig(
          new ConfigSources(file, fileValues, environment, systemProperties, commandLine),
          specs,
          false);
    }
  }
}
