package io.stagger.runtime.cuda;

import io.stagger.api.MoeSpec;
import io.stagger.api.Placement;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.RuntimeUnavailableException;
import io.stagger.api.weights.LayerWeights;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How much memory a runtime needs on each device, known before any of it is allocated.
 *
 * @param spec the model
 * @param expert how a routed expert lies in its slot
 * @param common router and shared expert of each layer
 * @param gpuOfRank the device of each rank, as an index of {@code contexts}
 * @param contexts the devices
 * @param scratch the intermediate values' sizes on each device, for one lane
 * @param options lanes and reserve
 */
record MemoryBudget(
    MoeSpec spec,
    ExpertLayout expert,
    List<LayerWeights> common,
    List<Integer> gpuOfRank,
    List<DeviceContext> contexts,
    List<Map<Scratch, Long>> scratch,
    CudaOptions options) {

  /** From here on the driver hands out whole pages. */
  private static final long LARGE = 1 << 20;

  private static final long PAGE = 2 << 20;
  private static final long SMALL_UNIT = 512;

  /**
   * Checks that a placement fits beside everything else.
   *
   * @throws RuntimeUnavailableException if it does not; it says how much is missing and how many
   *     ranks would do
   */
  void requireRoomToOpen(Placement placement) {
    long[] slots = PlacedSlots.countFresh(placement, Optional.empty(), gpuOfRank, contexts.size());
    for (int gpu = 0; gpu < contexts.size(); gpu++) {
      long rest = restBytes(gpu, placement);
      long weights = slots[gpu] * allocated(expert.bytes());
      long free = contexts.get(gpu).current().freeBytes();
      if (free - options.reserveBytes() < weights + rest) {
        throw missing(gpu, slots[gpu], weights, rest, free, enough(placement, free, rest));
      }
    }
  }

  /**
   * Checks that a migration fits beside the placement in force.
   *
   * @param spares slots of each device that need no more memory
   * @throws RuntimeUnavailableException if it does not; it says how much is missing
   */
  void requireRoomToMigrate(Placement from, Placement to, List<Integer> spares) {
    long[] slots = PlacedSlots.countFresh(to, Optional.of(from), gpuOfRank, contexts.size());
    for (int gpu = 0; gpu < contexts.size(); gpu++) {
      long fresh = Math.max(0, slots[gpu] - spares.get(gpu));
      long weights = fresh * allocated(expert.bytes());
      long rest = tableBytes(gpu, to);
      long free = contexts.get(gpu).current().freeBytes();
      if (free - options.reserveBytes() < weights + rest) {
        throw missing(
            gpu,
            fresh,
            weights,
            rest,
            free,
            "A slot is replaced beside the old one: migrate in smaller steps, or open the runtime"
                + " with fewer slots");
      }
    }
  }

  /** All but the slots: what every device holds of the layers, tables, lanes. */
  private long restBytes(int gpu, Placement placement) {
    long bytes = allocated(RoutedCounts.bytes(spec.shape())) + tableBytes(gpu, placement);
    for (LayerWeights layer : common) {
      bytes += CommonLayer.allocatedBytes(layer);
    }
    return bytes + options.lanes() * allocated(scratch.get(gpu).values());
  }

  private long tableBytes(int gpu, Placement placement) {
    long bytes = 0;
    for (int rank = 0; rank < gpuOfRank.size(); rank++) {
      if (gpuOfRank.get(rank) == gpu) {
        int slots = placement.layout().slotsOf(rank);
        bytes += allocated(RankTable.bytes(placement.layers(), slots));
      }
    }
    return bytes;
  }

  /** What the driver takes for an allocation, at most. */
  static long allocated(long bytes) {
    long unit = bytes >= LARGE ? PAGE : SMALL_UNIT;
    return Math.ceilDiv(Math.max(1, bytes), unit) * unit;
  }

  private static long allocated(Collection<Long> sizes) {
    return sizes.stream().mapToLong(MemoryBudget::allocated).sum();
  }

  /** How many ranks would do, one on each device with as much free memory. */
  private String enough(Placement placement, long free, long rest) {
    long column = placement.layers() * allocated(expert.bytes());
    long room = free - options.reserveBytes() - rest;
    if (room < column) {
      return "No number of ranks would do: lower runtime.cuda.tokens, runtime.cuda.lanes or"
          + " runtime.cuda.reserve-mb";
    }
    long ranks = Math.ceilDiv(placement.slots(), room / column);
    return "Use at least %d ranks, each on a device of its own with as much free memory"
        .formatted(ranks);
  }

  private RuntimeUnavailableException missing(
      int gpu, long slots, long weights, long rest, long free, String remedy) {
    long needed = weights + rest + options.reserveBytes();
    return new RuntimeUnavailableException(
        Diagnosis.of(
                "%s of device memory are missing".formatted(size(needed - free)),
                contexts.get(gpu).toString())
            .expecting(
                "%s: %s for the experts of %d slots, %s for all else, %s in reserve; %s are free"
                    .formatted(
                        size(needed),
                        size(weights),
                        slots,
                        size(rest),
                        size(options.reserveBytes()),
                        size(free)))
            .remedy(remedy));
  }

  /** A size for people. */
  static String size(long bytes) {
    if (bytes < 1 << 20) {
      return bytes + " bytes";
    }
    return bytes < 1 << 30
        ? String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1 << 20))
        : String.format(Locale.ROOT, "%.2f GiB", bytes / (double) (1 << 30));
  }
}
