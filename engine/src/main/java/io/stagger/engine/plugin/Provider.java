package io.stagger.engine.plugin;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An instance of an SPI and where it came from.
 *
 * @param instance the provider
 * @param origin its jar, or {@code class path} with the place in it
 * @param <S> the SPI
 */
public record Provider<S>(S instance, String origin) {

  /** Calls the provider with its own class loader as the thread's context class loader. */
  public <T extends @Nullable Object> T call(Function<S, T> question) {
    try (ContextClassLoader _ = ContextClassLoader.of(instance.getClass().getClassLoader())) {
      return question.apply(instance);
    }
  }

  /** The name of the provider's class. */
  public String className() {
    return instance.getClass().getName();
  }

  /** Class and origin, for messages: {@code acme.Greedy in plugins/acme.jar}. */
  public String described() {
    return className() + " in " + origin;
  }
}
