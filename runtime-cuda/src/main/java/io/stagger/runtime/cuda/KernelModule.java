package io.stagger.runtime.cuda;

/** Kernels that a device's driver has compiled. */
final class KernelModule extends Handle {

  private final long address;

  /**
   * Compiles them.
   *
   * @param name the resource that the PTX comes from, for the error's message
   */
  KernelModule(DeviceContext context, String name, String ptx) {
    super(context);
    this.address = driver().loadModule(ptx, name + " on " + context);
  }

  /**
   * A kernel of this module; usable as long as it is open.
   *
   * @throws CudaException if there is no such entry
   */
  Kernel kernel(String entry, int block, int sharedBytes) {
    return new Kernel(entry, driver().function(address, entry), block, sharedBytes);
  }

  @Override
  void release(Driver driver) {
    driver.unloadModule(address);
  }
}
