package io.stagger.runtime.cuda;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A device's primary context, which this process shares with every other user of the device in it:
 * retained here, released when closed.
 */
final class DeviceContext implements Resource {

  private final Device device;
  private final long address;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Retains the context. */
  DeviceContext(Device device) {
    this.device = device;
    this.address = device.driver().retainContext(device.handle());
  }

  Device device() {
    return device;
  }

  /** The driver's handle. */
  long address() {
    return address;
  }

  /** The driver, after this context was made current on the calling OS thread. */
  Driver current() {
    device.driver().makeCurrent(address);
    return device.driver();
  }

  /**
   * Lets this context use another's memory directly, where the hardware can. It stays so until the
   * process ends: other users of the context may rely on it.
   */
  void enableAccessTo(DeviceContext peer) {
    if (device.driver().canAccessPeer(device.handle(), peer.device.handle())) {
      current().enablePeerAccess(peer.address);
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      device.driver().releaseContext(device.handle());
    }
  }

  @Override
  public String toString() {
    return device.toString();
  }
}
