package io.stagger.runtime.cuda;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A platform thread on which the driver is called. The driver keeps the current context by OS
 * thread, and a virtual thread may wake up on another one than it fell asleep on; so nothing that
 * needs a context is ever done on a caller's thread, whose own context stays as it is.
 */
final class DriverThread implements Resource {

  private final ExecutorService executor;

  DriverThread(String name) {
    this.executor =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(name).factory());
  }

  /**
   * Does something on the thread and waits for it, also when the caller is interrupted, who finds
   * its mark as it was afterwards.
   */
  <T> T call(Supplier<T> body) {
    Future<T> result = executor.submit(body::get);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return result.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw unchecked(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Like {@link #call}, without a result. */
  void run(Runnable body) {
    call(() -> {
      body.run();
      return true;
    });
  }

  private static RuntimeException unchecked(@Nullable Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    // A supplier throws nothing that is checked.
    return cause instanceof RuntimeException failure ? failure : new IllegalStateException(cause);
  }

  /** Ends the thread. */
  @Override
  public void close() {
    executor.shutdown();
  }
}
