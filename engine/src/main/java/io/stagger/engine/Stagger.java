package io.stagger.engine;

import com.google.inject.Guice;
import com.google.inject.Module;
import com.google.inject.util.Modules;
import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.Violation;
import io.stagger.api.error.StaggerException;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.weights.WeightLoader;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.plugin.BackendRegistry;
import io.stagger.engine.plugin.FormatRegistry;
import io.stagger.engine.plugin.LanguageModels;
import io.stagger.engine.plugin.PluginProblem;
import io.stagger.engine.plugin.Plugins;
import io.stagger.engine.plugin.ReplicaPolicyRegistry;
import io.stagger.engine.plugin.StrategyRegistry;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Stagger, ready to use:
 *
 * {@snippet :
 * try (Stagger stagger = Stagger.open(StaggerConfig.load(Path.of("stagger.yaml")))) {
 *   Plan plan = stagger.plan(PlanRequest.of(model, cluster).withLoad(load));
 * }
 * }
 *
 * <p>May be used from any thread. Runtimes and language models that came from a plug-in must be
 * closed before it.
 */
public final class Stagger implements AutoCloseable {

  private final StaggerConfig config;
  private final Plugins plugins;
  private final StrategyRegistry strategies;
  private final BackendRegistry backends;
  private final ReplicaPolicyRegistry replicas;
  private final FormatRegistry formats;
  private final LanguageModels languageModels;
  private final Planner planner;
  private final Runtimes runtimes;
  private final PlacementValidator validator;
  private final Interchange interchange;

  Stagger(
      StaggerConfig config,
      Plugins plugins,
      StrategyRegistry strategies,
      BackendRegistry backends,
      ReplicaPolicyRegistry replicas,
      FormatRegistry formats,
      LanguageModels languageModels,
      PlacementValidator validator) {
    this.config = config;
    this.plugins = plugins;
    this.strategies = strategies;
    this.backends = backends;
    this.replicas = replicas;
    this.formats = formats;
    this.languageModels = languageModels;
    this.validator = validator;
    this.planner = new Planner(config, strategies, validator);
    this.interchange = new Interchange(formats, validator);
    this.runtimes = new Runtimes(config, backends, replicas);
  }

  /**
   * Loads the providers and checks the configuration with the keys that they bring.
   *
   * @throws StaggerException if a key is unknown, a value is wrong, or two providers claim a name
   */
  public static Stagger open(StaggerConfig config) {
    return open(config, new Module[0]);
  }

  /**
   * Likewise, with some bindings replaced: a {@link PlacementValidator}, a {@link
   * StrategyRegistry}; or with strategies added to the set of {@code PlacementStrategy}.
   *
   * @param overrides Guice modules whose bindings take the place of Stagger's own
   */
  public static Stagger open(StaggerConfig config, Module... overrides) {
    Plugins plugins = Plugins.open(config.pluginsDirectory());
    try {
      Module module = Modules.override(new StaggerModule(config, plugins)).with(overrides);
      return Guice.createInjector(module).getInstance(Stagger.class);
    } catch (RuntimeException e) {
      plugins.close();
      // What went wrong is ours to say; that Guice was on the way helps nobody.
      throw e.getCause() instanceof StaggerException ours ? ours : e;
    }
  }

  /** The configuration in force, with the keys of all strategies and backends. */
  public StaggerConfig config() {
    return config;
  }

  /** The strategies. */
  public StrategyRegistry strategies() {
    return strategies;
  }

  /** The runtime backends. */
  public BackendRegistry backends() {
    return backends;
  }

  /** The replica policies. */
  public ReplicaPolicyRegistry replicaPolicies() {
    return replicas;
  }

  /** The file formats of other systems. */
  public FormatRegistry formats() {
    return formats;
  }

  /** Reads and writes files of other systems. */
  public Interchange interchange() {
    return interchange;
  }

  /** The providers of language models. */
  public LanguageModels languageModels() {
    return languageModels;
  }

  /** Every jar and provider that is not used, and why. */
  public List<PluginProblem> problems() {
    Set<PluginProblem> all = new LinkedHashSet<>();
    Stream.of(
            plugins.problems(),
            strategies.problems(),
            backends.problems(),
            replicas.problems(),
            formats.problems())
        .forEach(all::addAll);
    return List.copyOf(all);
  }

  /**
   * Plans a placement and checks it.
   *
   * @throws io.stagger.api.error.StrategyException if there is no such strategy, or it fails, takes
   *     longer than {@code placement.timeout}, or answers with something unusable
   * @throws io.stagger.api.error.InvalidPlacementException if its placement breaks a rule; the
   *     message names the strategy, its jar, the layer and the slot
   * @throws io.stagger.api.error.FallbackRefusedException if it fell back and {@code
   *     placement.strict} is set
   * @throws StaggerException if the request contradicts itself
   */
  public Plan plan(PlanRequest request) {
    return planner.plan(request, Map.of());
  }

  /**
   * Likewise, with some of the strategy's options set for this plan alone, above the configuration.
   *
   * @param settings option names and values, as a configuration would have them; those that the
   *     strategy does not have are not looked at
   */
  public Plan plan(PlanRequest request, Map<String, String> settings) {
    return planner.plan(request, settings);
  }

  /**
   * Measures what it costs to ask for a plan: asks the strategy again and again, in this thread and
   * without the limit of {@code placement.timeout}. So {@link #plan} the request first, which tells
   * whether the strategy answers at all and in time.
   *
   * @param budget how long to measure in all, half of it to warm up; one run at least is measured
   * @throws StaggerException if the request contradicts itself, or the strategy refuses it
   */
  public PlanCost measure(PlanRequest request, Duration budget) {
    return planner.cost(request, budget);
  }

  /** What a placement breaks, in layer and slot order; empty if it is valid. */
  public List<Violation> check(Placement placement, ModelShape model, Cluster cluster) {
    return validator.violations(placement, model, cluster);
  }

  /**
   * Which backend {@link #openRuntime} takes, and why.
   *
   * @throws io.stagger.api.error.RuntimeUnavailableException if none can run here
   */
  public BackendChoice chooseBackend() {
    return runtimes.choose();
  }

  /**
   * Opens a runtime on the configured backend.
   *
   * @param loader brings the weights; stays open until the runtime is closed
   * @throws StaggerException if no backend can run here, the placement is not valid, or the weights
   *     do not agree with it
   */
  public MoeRuntime openRuntime(Cluster cluster, Placement placement, WeightLoader loader) {
    return runtimes.open(cluster, placement, loader);
  }

  /** Closes the class loaders of plug-ins. */
  @Override
  public void close() {
    plugins.close();
  }
}
