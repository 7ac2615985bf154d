package io.stagger.api.runtime;

/**
 * Whether a backend can run on this machine.
 *
 * @param available whether it can
 * @param detail what it found: the device, or the reason why not and what to do
 */
public record Availability(boolean available, String detail) {

  /** It can run. */
  public static Availability yes(String device) {
    return new Availability(true, device);
  }

  /** It cannot run. */
  public static Availability no(String reason) {
    return new Availability(false, reason);
  }
}
