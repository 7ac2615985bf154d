package io.stagger.engine;

import com.google.inject.AbstractModule;
import com.google.inject.Key;
import com.google.inject.Provider;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.plugin.BackendRegistry;
import io.stagger.engine.plugin.FormatRegistry;
import io.stagger.engine.plugin.LanguageModels;
import io.stagger.engine.plugin.Plugins;
import io.stagger.engine.plugin.ReplicaPolicyRegistry;
import io.stagger.engine.plugin.StrategyRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How a {@link Stagger} is put together. Every binding may be overridden.
 *
 * <p>Bindings are to providers, not to constructors or {@code @Provides} methods: to call those,
 * Guice 7 generates classes through {@code sun.misc.Unsafe}, which the JDK warns of at every start
 * and is going to remove.
 */
final class StaggerModule extends AbstractModule {

  private final StaggerConfig given;
  private final Plugins plugins;

  StaggerModule(StaggerConfig given, Plugins plugins) {
    this.given = given;
    this.plugins = plugins;
  }

  @Override
  protected void configure() {
    Multibinder.newSetBinder(binder(), PlacementStrategy.class);
    Provider<Set<PlacementStrategy>> added = getProvider(new Key<Set<PlacementStrategy>>() {});
    Provider<Plugins> found = getProvider(Plugins.class);
    Provider<StrategyRegistry> strategies = getProvider(StrategyRegistry.class);
    Provider<BackendRegistry> backends = getProvider(BackendRegistry.class);
    bind(Plugins.class).toInstance(plugins);
    bind(PlacementValidator.class).toInstance(new PlacementValidator());
    once(StrategyRegistry.class, () -> StrategyRegistry.of(found.get(), added.get()));
    once(BackendRegistry.class, () -> BackendRegistry.of(found.get()));
    once(ReplicaPolicyRegistry.class, () -> ReplicaPolicyRegistry.of(found.get()));
    once(FormatRegistry.class, () -> FormatRegistry.of(found.get()));
    once(LanguageModels.class, () -> LanguageModels.of(found.get()));
    once(StaggerConfig.class, () -> whole(strategies.get(), backends.get()));
    once(Stagger.class, stagger());
  }

  private Provider<Stagger> stagger() {
    Provider<StaggerConfig> config = getProvider(StaggerConfig.class);
    Provider<Plugins> found = getProvider(Plugins.class);
    Provider<StrategyRegistry> strategies = getProvider(StrategyRegistry.class);
    Provider<BackendRegistry> backends = getProvider(BackendRegistry.class);
    Provider<ReplicaPolicyRegistry> replicas = getProvider(ReplicaPolicyRegistry.class);
    Provider<FormatRegistry> formats = getProvider(FormatRegistry.class);
    Provider<LanguageModels> models = getProvider(LanguageModels.class);
    Provider<PlacementValidator> validator = getProvider(PlacementValidator.class);
    return () ->
        new Stagger(
            config.get(),
            found.get(),
            strategies.get(),
            backends.get(),
            replicas.get(),
            formats.get(),
            models.get(),
            validator.get());
  }

  private StaggerConfig whole(StrategyRegistry strategies, BackendRegistry backends) {
    List<OptionSpec> keys = new ArrayList<>(strategies.keys());
    keys.addAll(backends.keys());
    return given.declaring(keys);
  }

  private <T> void once(Class<T> type, Provider<T> provider) {
    bind(type).toProvider(provider).in(Singleton.class);
  }
}
