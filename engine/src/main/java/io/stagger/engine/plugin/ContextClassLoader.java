package io.stagger.engine.plugin;

import org.jspecify.annotations.Nullable;

/** Sets a thread's context class loader until it is closed. */
final class ContextClassLoader implements AutoCloseable {

  private final @Nullable ClassLoader before;

  private ContextClassLoader(@Nullable ClassLoader before) {
    this.before = before;
  }

  static ContextClassLoader of(@Nullable ClassLoader loader) {
    Thread thread = Thread.currentThread();
    ContextClassLoader scope = new ContextClassLoader(thread.getContextClassLoader());
    thread.setContextClassLoader(loader);
    return scope;
  }

  @Override
  public void close() {
    Thread.currentThread().setContextClassLoader(before);
  }
}
