package io.stagger.runtime.cuda;

import io.stagger.api.MoeSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What one forward pass at a time runs with: a thread that calls the driver, and on every device a
 * stream and memory for intermediate values.
 */
final class Lane implements Resource {

  private final DriverThread thread;
  private final Resources resources = new Resources();
  private final Map<Gpu, Workspace> workspaces = new LinkedHashMap<>();
  private final HostBuffers host;
  private final int tokens;

  /**
   * Allocates it. On a driver thread.
   *
   * @param thread taken over; ends when this is closed
   * @param tokens tokens that are computed together
   * @param sizes the intermediate values' sizes on each device
   */
  Lane(
      DriverThread thread,
      List<Gpu> gpus,
      MoeSpec spec,
      int tokens,
      List<Map<Scratch, Long>> sizes) {
    this.thread = thread;
    this.tokens = tokens;
    try {
      host = resources.add(new HostBuffers(gpus.getFirst().context(), spec, tokens));
      for (int i = 0; i < gpus.size(); i++) {
        workspaces.put(gpus.get(i), resources.add(new Workspace(gpus.get(i), sizes.get(i))));
      }
    } catch (RuntimeException | Error e) {
      resources.closeAfter(e);
      thread.close();
      throw e;
    }
  }

  /** Runs a forward pass on this lane's thread. */
  <T> T call(Function<Lane, T> pass) {
    return thread.call(() -> pass.apply(this));
  }

  /**
   * Does a part of a pass. If it fails, all work that was queued is waited for before the caller
   * learns of it, so that what the work reads and writes can go on to somebody else.
   */
  <T> T settled(Supplier<T> part) {
    try {
      return part.get();
    } catch (RuntimeException | Error e) {
      settle(e);
      throw e;
    }
  }

  private void settle(Throwable cause) {
    Resources streams = new Resources();
    workspaces.values().forEach(workspace -> streams.add(() -> workspace.stream().synchronize()));
    streams.closeAfter(cause);
  }

  /** The most tokens that are computed together. */
  int tokens() {
    return tokens;
  }

  /** What the lane has on a device. */
  Workspace on(Gpu gpu) {
    Workspace workspace = workspaces.get(gpu);
    if (workspace == null) {
      throw new IllegalArgumentException("the lane has nothing on " + gpu.context());
    }
    return workspace;
  }

  HostBuffers host() {
    return host;
  }

  /** Frees everything. On a driver thread other than the lane's own. */
  @Override
  public void close() {
    thread.close();
    resources.close();
  }
}
