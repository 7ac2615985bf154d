package io.stagger.runtime.cuda;

import io.stagger.api.MoeSpec;
import io.stagger.api.Placement;
import io.stagger.api.runtime.RuntimeRequest;
import io.stagger.api.runtime.support.LayerCheck;
import io.stagger.api.runtime.support.LoadedRanks;
import io.stagger.api.weights.LayerWeights;
import io.stagger.api.weights.TensorType;
import io.stagger.api.weights.WeightLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A runtime's devices, which ranks each has, and the lanes that forward passes run on. */
final class Devices implements Resource {

  /** Lines of a chunk that any kernel can still count in 32 bits. */
  private static final int MOST_LINES = 1 << 30;

  private final Resources resources = new Resources();
  private final CudaOptions options;
  private final ExpertLayout expert;
  private final List<Integer> gpuOfRank;
  private final MemoryBudget budget;
  private final List<Gpu> gpus = new ArrayList<>();
  private final Lanes lanes;

  private Devices(RuntimeRequest request, CudaOptions options) {
    WeightLoader loader = request.loader();
    MoeSpec spec = loader.spec();
    Placement placement = request.placement();
    this.options = options;
    this.expert = ExpertLayout.routed(spec, loader.type());
    List<Device> chosen = Device.choose(options);
    List<Device> used = chosen.subList(0, Math.min(chosen.size(), placement.ranks()));
    this.gpuOfRank = spread(placement.ranks(), used.size());
    List<LayerWeights> common = LayerCheck.load(loader);
    boolean tensorCores = Gpu.usesTensorCores(common, loader.type(), options);
    int tokens = Math.min(options.tokens(), MOST_LINES / spec.shape().topK());
    List<Map<Scratch, Long>> scratch =
        IntStream.range(0, used.size())
            .mapToObj(gpu ->
                Scratch.sizes(
                    spec, tokens, mostSlots(placement, gpu), tensorCores, used.size() > 1))
            .toList();
    try {
      List<DeviceContext> contexts = new ArrayList<>();
      used.forEach(device -> contexts.add(resources.add(new DeviceContext(device))));
      this.budget = new MemoryBudget(spec, expert, common, gpuOfRank, contexts, scratch, options);
      budget.requireRoomToOpen(placement);
      connect(contexts);
      for (DeviceContext context : contexts) {
        gpus.add(resources.add(new Gpu(context, spec, common, loader.type(), options)));
      }
      this.lanes = openLanes(spec, tokens, scratch);
    } catch (RuntimeException | Error e) {
      resources.closeAfter(e);
      throw e;
    }
  }

  /**
   * Opens the devices with all but the slots' weights. On a driver thread.
   *
   * @throws io.stagger.api.error.RuntimeUnavailableException if there is none, or too little memory
   */
  static Devices open(RuntimeRequest request, CudaOptions options) {
    return new Devices(request, options);
  }

  /** Neighbouring ranks on one device, as they are on one node. */
  private static List<Integer> spread(int ranks, int gpus) {
    return IntStream.range(0, ranks).mapToObj(rank -> (int) ((long) rank * gpus / ranks)).toList();
  }

  private int mostSlots(Placement placement, int gpu) {
    return IntStream.range(0, placement.ranks())
        .filter(rank -> gpuOfRank.get(rank) == gpu)
        .map(placement.layout()::slotsOf)
        .max()
        .orElse(0);
  }

  private static void connect(List<DeviceContext> contexts) {
    for (DeviceContext context : contexts) {
      for (DeviceContext peer : contexts) {
        if (peer != context) {
          context.enableAccessTo(peer);
        }
      }
    }
  }

  private Lanes openLanes(MoeSpec spec, int tokens, List<Map<Scratch, Long>> scratch) {
    List<Lane> all = new ArrayList<>();
    for (int i = 0; i < options.lanes(); i++) {
      DriverThread thread = new DriverThread("stagger-cuda-lane-" + i);
      all.add(resources.add(new Lane(thread, gpus, spec, tokens, scratch)));
    }
    return new Lanes(all);
  }

  /** The device of a rank. */
  Gpu ofRank(int rank) {
    return gpus.get(gpuOfRank.get(rank));
  }

  Lanes lanes() {
    return lanes;
  }

  /**
   * Checks that there is room for a placement beside the one in force.
   *
   * @throws io.stagger.api.error.RuntimeUnavailableException if there is not
   */
  void requireRoomToMigrate(Placement from, Placement to) {
    List<Integer> spares = gpus.stream().map(gpu -> gpu.slots().spares()).toList();
    budget.requireRoomToMigrate(from, to, spares);
  }

  /** Brings a placement onto the devices, see {@link DevicePlacement#load}. */
  DevicePlacement load(LoadedRanks weights, Optional<DevicePlacement> before) {
    List<Gpu> ofRanks = gpuOfRank.stream().map(gpus::get).toList();
    return DevicePlacement.load(weights, expert, ofRanks, before, options.verify());
  }

  /**
   * How many choices were routed to each expert since the devices were opened. On a driver thread,
   * one at a time.
   *
   * @return {@code [layers * experts]}
   */
  long[] routed() {
    List<long[]> counts = gpus.stream().map(gpu -> gpu.counts().read()).toList();
    long[] sum = new long[counts.getFirst().length];
    counts.forEach(ofGpu -> Arrays.setAll(sum, i -> sum[i] + ofGpu[i]));
    return sum;
  }

  /** For people. */
  String description() {
    TensorType type = expert.type();
    return "cuda: %s; %s kernels for weights of %s, %d lanes"
        .formatted(
            gpus.stream().map(gpu -> gpu.context().toString()).collect(Collectors.joining(", ")),
            options.kernels().usesTensorCores(type) ? "tensor" : "plain",
            type,
            options.lanes());
  }

  @Override
  public void close() {
    resources.close();
  }
}
