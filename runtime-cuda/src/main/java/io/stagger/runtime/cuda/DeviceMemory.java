package io.stagger.runtime.cuda;

/** Memory of a device, aligned to at least 256 bytes. */
final class DeviceMemory extends Handle {

  private final long address;
  private final long bytes;

  /**
   * Allocates it.
   *
   * @param bytes how much; at least one byte is allocated
   * @param what it is for, for the error's message
   */
  DeviceMemory(DeviceContext context, long bytes, String what) {
    super(context);
    this.bytes = Math.max(1, bytes);
    this.address = driver().allocate(this.bytes, what + " on device " + context.device().ordinal());
  }

  /** The device pointer. */
  long address() {
    return address;
  }

  /** How much it is. */
  long bytes() {
    return bytes;
  }

  @Override
  void release(Driver driver) {
    driver.free(address);
  }
}
