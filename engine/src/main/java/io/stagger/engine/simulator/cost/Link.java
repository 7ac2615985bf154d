package io.stagger.engine.simulator.cost;

/**
 * A network as a rank sees it.
 *
 * @param bytesPerSecond what a rank can send, and at the same time receive
 * @param latency seconds until the first byte arrives
 */
public record Link(double bytesPerSecond, double latency) {

  /** Seconds that some bytes take; none for no bytes. */
  public double seconds(double bytes) {
    return bytes == 0 ? 0 : latency + bytes / bytesPerSecond;
  }
}
