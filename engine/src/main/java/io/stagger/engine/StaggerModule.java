package io.stagger.engine;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.PlacementStrategy;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.plugin.BackendRegistry;
import io.stagger.engine.plugin.LanguageModels;
import io.stagger.engine.plugin.Plugins;
import io.stagger.engine.plugin.ReplicaPolicyRegistry;
import io.stagger.engine.plugin.StrategyRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** How a {@link Stagger} is put together. Every binding may be overridden. */
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
    bind(Plugins.class).toInstance(plugins);
    bind(PlacementValidator.class).toInstance(new PlacementValidator());
    bind(Planner.class).in(Singleton.class);
    bind(Runtimes.class).in(Singleton.class);
    bind(Stagger.class).in(Singleton.class);
  }

  @Provides
  @Singleton
  StrategyRegistry strategies(Plugins found, Set<PlacementStrategy> added) {
    return StrategyRegistry.of(found, added);
  }

  @Provides
  @Singleton
  BackendRegistry backends(Plugins found) {
    return BackendRegistry.of(found);
  }

  @Provides
  @Singleton
  ReplicaPolicyRegistry replicas(Plugins found) {
    return ReplicaPolicyRegistry.of(found);
  }

  @Provides
  @Singleton
  LanguageModels languageModels(Plugins found) {
    return LanguageModels.of(found);
  }

  @Provides
  @Singleton
  StaggerConfig config(StrategyRegistry strategies, BackendRegistry backends) {
    List<OptionSpec> keys = new ArrayList<>(strategies.keys());
    keys.addAll(backends.keys());
    return given.declaring(keys);
  }
}
