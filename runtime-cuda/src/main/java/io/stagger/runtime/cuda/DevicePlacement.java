package io.stagger.runtime.cuda;

import io.stagger.api.Placement;
import io.stagger.api.runtime.support.LoadedRanks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A placement whose weights are on the devices. Immutable but for a count of its users: when the
 * last one, the runtime itself included, has let go, the slots return to their pools and the host's
 * view of the weights is closed.
 */
final class DevicePlacement {

  private final LoadedRanks weights;
  private final ExpertLayout expert;
  private final List<Gpu> gpuOfRank;
  private final Resources resources = new Resources();
  private final PlacedSlots slots;
  private final List<RankTable> tables = new ArrayList<>();
  private final AtomicInteger users = new AtomicInteger(1);

  private DevicePlacement(LoadedRanks weights, ExpertLayout expert, List<Gpu> gpuOfRank) {
    this.weights = weights;
    this.expert = expert;
    this.gpuOfRank = gpuOfRank;
    this.resources.add(weights::close);
    this.slots = resources.add(new PlacedSlots(weights, expert, gpuOfRank));
  }

  /**
   * Brings a placement onto the devices, beside the one in force. If that fails, everything that
   * was taken is given back, the weights are closed, and the one in force is as it was.
   *
   * @param weights loaded and proved; taken over
   * @param expert how a routed expert lies in its slot
   * @param gpuOfRank the device of each rank
   * @param before the placement in force; slots that keep their expert keep their memory
   * @param verify whether to read back and compare
   */
  static DevicePlacement load(
      LoadedRanks weights,
      ExpertLayout expert,
      List<Gpu> gpuOfRank,
      Optional<DevicePlacement> before,
      boolean verify) {
    DevicePlacement next = new DevicePlacement(weights, expert, gpuOfRank);
    try {
      next.slots.fill(before.map(old -> old.slots));
      next.addTables();
      next.uploaders().forEach(Uploader::finish);
      if (verify) {
        next.slots.requireArrived();
      }
      return next;
    } catch (RuntimeException | Error e) {
      // Before the memory goes that copies under way are for.
      next.uploaders().forEach(uploader -> next.resources.add(uploader::finish));
      next.resources.closeAfter(e);
      throw e;
    }
  }

  private void addTables() {
    for (int rank = 0; rank < gpuOfRank.size(); rank++) {
      Gpu gpu = gpuOfRank.get(rank);
      tables.add(resources.add(RankTable.upload(gpu, placement(), rank, slots, expert)));
    }
  }

  private List<Uploader> uploaders() {
    return gpuOfRank.stream().distinct().map(Gpu::uploader).toList();
  }

  Placement placement() {
    return weights.placement();
  }

  /** The weights as the host sees them, loaded and proved. */
  LoadedRanks weights() {
    return weights;
  }

  /** How a routed expert lies in its slot. */
  ExpertLayout expert() {
    return expert;
  }

  /** The device of a rank. */
  Gpu gpu(int rank) {
    return gpuOfRank.get(rank);
  }

  /** The addresses of a rank's weights. */
  RankTable table(int rank) {
    return tables.get(rank);
  }

  /** Becomes a user, unless the last one is gone; each success needs one {@link #release}. */
  boolean retain() {
    return users.getAndUpdate(n -> n == 0 ? 0 : n + 1) > 0;
  }

  /** Lets go; the last user returns the slots. On a driver thread. */
  void release() {
    if (users.decrementAndGet() == 0) {
      resources.close();
    }
  }
}
