package io.stagger.runtime.cuda;

/** A point in a stream's work that others wait for. */
final class CudaEvent extends Handle {

  private final long address;

  CudaEvent(DeviceContext context) {
    super(context);
    this.address = driver().createEvent();
  }

  /** The driver's handle. */
  long address() {
    return address;
  }

  /**
   * Waits until the work before the last recording is done; not at all if there was none.
   *
   * @param what that work is, for the error's message
   */
  void await(String what) {
    driver().synchronizeEvent(address, what);
  }

  @Override
  void release(Driver driver) {
    driver.destroyEvent(address);
  }
}
