package io.stagger.runtime.cuda;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Resources that are closed together, the last one first, also where one fails to close. */
final class Resources implements Resource {

  private final Deque<Resource> open = new ArrayDeque<>();

  /** Takes over a resource. */
  <T extends Resource> T add(T resource) {
    open.push(resource);
    return resource;
  }

  /**
   * Closes all of them.
   *
   * @throws RuntimeException what the first one threw, with what the others threw suppressed
   */
  @Override
  public void close() {
    RuntimeException failure = closeAll();
    if (failure != null) {
      throw failure;
    }
  }

  /** Closes all of them on the way out of a failure, which gets what they throw as suppressed. */
  void closeAfter(Throwable failure) {
    RuntimeException second = closeAll();
    if (second != null) {
      failure.addSuppressed(second);
    }
  }

  private @Nullable RuntimeException closeAll() {
    RuntimeException first = null;
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    return first;
  }
}
