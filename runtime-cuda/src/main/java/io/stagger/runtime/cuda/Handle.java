package io.stagger.runtime.cuda;

import java.util.concurrent.atomic.AtomicBoolean;

/** Something that the driver made in a context, and takes back once. */
abstract class Handle implements Resource {

  private final DeviceContext context;
  private final AtomicBoolean closed = new AtomicBoolean();

  Handle(DeviceContext context) {
    this.context = context;
  }

  /** The context it lives in. */
  final DeviceContext context() {
    return context;
  }

  /** The driver, with the context made current. */
  final Driver driver() {
    return context.current();
  }

  /** Gives it back to the driver, in whose context it is called. */
  abstract void release(Driver driver);

  /**
   * Gives it back. It counts as given back also where the driver reports an error, which no caller
   * can do anything about but know.
   *
   * @throws CudaException if the driver reports an error
   */
  @Override
  public final void close() {
    if (closed.compareAndSet(false, true)) {
      Resources steps = new Resources();
      // Tried even if the context cannot be made current: most often it still is.
      steps.add(() -> release(context.device().driver()));
      steps.add(context::current);
      steps.close();
    }
  }
}
