package io.stagger.engine;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.error.ConfigurationException;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.RuntimeUnavailableException;
import io.stagger.api.error.StaggerException;
import io.stagger.api.runtime.Availability;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.ReplicaPolicy;
import io.stagger.api.runtime.RuntimeRequest;
import io.stagger.api.strategy.Options;
import io.stagger.api.weights.WeightLoader;
import io.stagger.engine.config.ConfigKeys;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.plugin.BackendEntry;
import io.stagger.engine.plugin.BackendRegistry;
import io.stagger.engine.plugin.ReplicaPolicyRegistry;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Chooses the backend and opens runtimes on it. */
final class Runtimes {

  private static final String AUTO = "auto";

  /** The backend that runs everywhere, and so the last that {@code auto} asks. */
  private static final String LAST_RESORT = "cpu";

  private final StaggerConfig config;
  private final BackendRegistry backends;
  private final ReplicaPolicyRegistry replicas;

  /** Backends that {@code auto} passes over because a runtime of theirs could not be opened. */
  private final Map<String, Availability> unopened = new ConcurrentHashMap<>();

  Runtimes(StaggerConfig config, BackendRegistry backends, ReplicaPolicyRegistry replicas) {
    this.config = config;
    this.backends = backends;
    this.replicas = replicas;
  }

  BackendChoice choose() {
    return choose(unopened);
  }

  private BackendChoice choose(Map<String, Availability> passedOver) {
    String requested = config.text(ConfigKeys.RUNTIME_BACKEND);
    List<BackendEntry> candidates =
        requested.equals(AUTO)
            ? backends.all().stream()
                .sorted(Comparator.comparing(entry -> entry.name().equals(LAST_RESORT)))
                .toList()
            : List.of(backends.find(requested));
    Map<String, Availability> considered = new LinkedHashMap<>();
    for (BackendEntry candidate : candidates) {
      @Nullable Availability known = passedOver.get(candidate.name());
      Availability availability = known == null ? availability(candidate) : known;
      considered.put(candidate.name(), availability);
      if (availability.available()) {
        return new BackendChoice(requested, candidate, considered);
      }
    }
    throw new RuntimeUnavailableException(
        Diagnosis.of(
                "no runtime backend can run here: " + considered,
                config.where(ConfigKeys.RUNTIME_BACKEND))
            .remedy(
                considered.isEmpty()
                    ? "Add a jar that provides a backend, as stagger-runtime-cpu"
                    : "Set runtime.backend=auto to take any that is available"));
  }

  private Availability availability(BackendEntry backend) {
    Options options = options(backend);
    try {
      @Nullable Availability said =
          backend.provider().call(instance -> instance.availability(options));
      return said == null ? Availability.no("it does not say") : said;
    } catch (RuntimeException | LinkageError e) {
      return Availability.no("threw " + e);
    }
  }

  /**
   * Opens a runtime. Where {@code auto} chose the backend and it fails, the next one is taken; why
   * is then part of what {@link #choose} says. If none opens a runtime, the request may be at
   * fault, so nothing is held against the backends.
   */
  MoeRuntime open(Cluster cluster, Placement placement, WeightLoader loader) {
    ReplicaPolicy policy =
        replicas.find(config.text(ConfigKeys.RUNTIME_REPLICAS)).provider().instance();
    Map<String, Availability> passedOver = new LinkedHashMap<>(unopened);
    while (true) {
      BackendChoice choice = choose(passedOver);
      BackendEntry backend = choice.backend();
      try {
        MoeRuntime runtime =
            open(backend, new RuntimeRequest(cluster, placement, loader, policy, options(backend)));
        unopened.putAll(passedOver);
        return runtime;
      } catch (StaggerException e) {
        if (!choice.requested().equals(AUTO) || backend.name().equals(LAST_RESORT)) {
          throw e;
        }
        String reason = "it could not be opened: " + e.getMessage();
        passedOver.put(backend.name(), Availability.no(reason));
      }
    }
  }

  private static MoeRuntime open(BackendEntry backend, RuntimeRequest request) {
    @Nullable MoeRuntime runtime;
    try {
      runtime = backend.provider().call(instance -> instance.open(request));
    } catch (StaggerException e) {
      throw e;
    } catch (RuntimeException | LinkageError e) {
      throw failed(backend, "threw " + e, e);
    }
    if (runtime == null) {
      throw failed(backend, "returned null instead of a runtime", null);
    }
    return runtime;
  }

  private static RuntimeUnavailableException failed(
      BackendEntry backend, String problem, @Nullable Throwable cause) {
    return new RuntimeUnavailableException(
        Diagnosis.of(problem, "runtime backend '" + backend.name() + "' (" + backend.origin() + ")")
            .remedy("Report it to the backend's authors, or choose another with runtime.backend"),
        cause);
  }

  private Options options(BackendEntry backend) {
    return new ProviderOptions(config)
        .read(
            backend.options(),
            option -> ConfigKeys.backendOption(backend.name(), option),
            Runtimes::noPlacement);
  }

  private static Placement noPlacement(Path file) {
    throw new ConfigurationException(
        Diagnosis.of("a backend's option cannot be a placement", file.toString()));
  }
}
