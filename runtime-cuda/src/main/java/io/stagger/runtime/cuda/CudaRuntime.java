package io.stagger.runtime.cuda;

import io.stagger.api.Cluster;
import io.stagger.api.Load;
import io.stagger.api.Migration;
import io.stagger.api.MoeSpec;
import io.stagger.api.Placement;
import io.stagger.api.PlacementRules;
import io.stagger.api.runtime.MoeOutput;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.ReplicaPolicy;
import io.stagger.api.runtime.Routing;
import io.stagger.api.runtime.RuntimeRequest;
import io.stagger.api.runtime.TokenBatch;
import io.stagger.api.runtime.support.BatchCheck;
import io.stagger.api.runtime.support.CallGate;
import io.stagger.api.runtime.support.LoadedRanks;
import io.stagger.api.runtime.support.SlotChoices;
import io.stagger.api.weights.LoadProof;
import io.stagger.api.weights.WeightLoader;
import java.util.List;
import java.util.Optional;

/**
 * All ranks of a model in this process, on one GPU or several.
 *
 * <p>The driver is called on threads of the runtime's own, see {@link DriverThread}: one that
 * opens, migrates and closes, one that reads counts, and one for each lane, on which forward passes
 * run. So callers may be virtual threads, and find the context of their own thread as they left it.
 *
 * <p>A token whose hidden state holds NaN or infinity is refused by {@link #route}; {@link
 * #experts} computes with it as IEEE 754 says, which spoils that token's row and no other.
 */
final class CudaRuntime implements MoeRuntime {

  private final WeightLoader loader;
  private final Cluster cluster;
  private final ReplicaPolicy replicas;
  private final MoeSpec spec;
  private final CudaOptions options;
  private final BatchCheck check;
  private final DriverThread loading;
  private final DriverThread counting;
  private final Devices devices;
  private final CallGate gate = new CallGate();
  private final Object migration = new Object();
  private final Object draining = new Object();
  private long[] drained;
  private final Resources lateFailures = new Resources();
  private volatile DevicePlacement current;

  private CudaRuntime(
      RuntimeRequest request,
      CudaOptions options,
      DriverThread loading,
      DriverThread counting,
      Devices devices,
      DevicePlacement first) {
    this.loader = request.loader();
    this.cluster = request.cluster();
    this.replicas = request.replicas();
    this.spec = loader.spec();
    this.options = options;
    this.check = new BatchCheck(spec, cluster);
    this.loading = loading;
    this.counting = counting;
    this.devices = devices;
    this.drained = new long[spec.shape().layers() * spec.shape().experts()];
    this.current = first;
  }

  /** Opens a runtime; if that fails nothing is left behind. */
  static CudaRuntime open(RuntimeRequest request) {
    CudaOptions options = CudaOptions.of(request.options());
    options.requireKernelsFor(request.loader().type());
    DriverThread loading = new DriverThread("stagger-cuda-loading");
    try {
      return loading.call(() -> open(request, options, loading));
    } catch (RuntimeException | Error e) {
      loading.close();
      throw e;
    }
  }

  private static CudaRuntime open(
      RuntimeRequest request, CudaOptions options, DriverThread loading) {
    Resources resources = new Resources();
    try {
      Devices devices = resources.add(Devices.open(request, options));
      LoadedRanks weights = LoadedRanks.load(request.placement(), request.loader());
      DevicePlacement first = devices.load(weights, Optional.empty());
      return new CudaRuntime(
          request, options, loading, new DriverThread("stagger-cuda-counting"), devices, first);
    } catch (RuntimeException | Error e) {
      resources.closeAfter(e);
      throw e;
    }
  }

  @Override
  public String description() {
    return gate.call(devices::description);
  }

  @Override
  public MoeSpec spec() {
    return gate.call(() -> spec);
  }

  @Override
  public Placement placement() {
    return gate.call(() -> current.placement());
  }

  @Override
  public List<LoadProof> proofs() {
    return gate.call(() -> current.weights().proofs());
  }

  @Override
  public Routing route(TokenBatch batch) {
    return gate.call(() -> {
      check.require(batch);
      TokenBatch readable = ForwardPass.readable(batch);
      return devices.lanes().call(lane -> pass(lane, readable).route());
    });
  }

  @Override
  public MoeOutput experts(TokenBatch batch, Routing routing) {
    return gate.call(() -> {
      check.require(batch);
      check.require(batch, routing);
      TokenBatch readable = ForwardPass.readable(batch);
      return devices.lanes().call(lane -> experts(pass(lane, readable), readable, routing));
    });
  }

  @Override
  public MoeOutput forward(TokenBatch batch) {
    return gate.call(() -> {
      check.require(batch);
      TokenBatch readable = ForwardPass.readable(batch);
      return devices
          .lanes()
          .call(lane -> {
            ForwardPass pass = pass(lane, readable);
            return experts(pass, readable, pass.route());
          });
    });
  }

  private ForwardPass pass(Lane lane, TokenBatch batch) {
    return new ForwardPass(
        spec, options.kernels(), lane, devices.ofRank(batch.sourceRank()), batch);
  }

  private MoeOutput experts(ForwardPass pass, TokenBatch batch, Routing routing) {
    DevicePlacement onDevices = retained();
    try {
      Placement placement = onDevices.placement();
      int[] slots = SlotChoices.choose(replicas, placement, cluster, batch, routing);
      return new MoeOutput(
          batch.layer(), pass.experts(onDevices, routing, slots), routing, slots, placement);
    } finally {
      release(onDevices);
    }
  }

  /** The placement in force, kept on the devices until it is released. */
  private DevicePlacement retained() {
    DevicePlacement onDevices = current;
    // One that is let go of here was replaced in the meantime.
    while (!onDevices.retain()) {
      onDevices = current;
    }
    return onDevices;
  }

  /**
   * Lets a placement go. What the driver then says of memory it takes back concerns neither the
   * pass nor the migration that happens to be the last user: it is told when the runtime closes.
   */
  private void release(DevicePlacement onDevices) {
    try {
      onDevices.release();
    } catch (RuntimeException e) {
      synchronized (lateFailures) {
        lateFailures.add(() -> {
          throw e;
        });
      }
    }
  }

  @Override
  public Migration migrate(Placement next) {
    return gate.call(() -> {
      synchronized (migration) {
        PlacementRules.requireValid(next, spec.shape(), cluster, "the migration");
        Migration copies = Migration.between(current.placement(), next);
        loading.run(() -> replaceBy(next));
        return copies;
      }
    });
  }

  private void replaceBy(Placement next) {
    DevicePlacement old = current;
    devices.requireRoomToMigrate(old.placement(), next);
    current = devices.load(LoadedRanks.load(next, loader), Optional.of(old));
    release(old);
  }

  @Override
  public Load drainLoad() {
    return gate.call(() -> {
      synchronized (draining) {
        long[] routed = counting.call(devices::routed);
        Load load = difference(routed, drained);
        drained = routed;
        return load;
      }
    });
  }

  private Load difference(long[] now, long[] before) {
    int experts = spec.shape().experts();
    double[][] rows = new double[spec.shape().layers()][experts];
    for (int i = 0; i < now.length; i++) {
      rows[i / experts][i % experts] = now[i] - before[i];
    }
    return Load.of(experts, rows);
  }

  /**
   * Waits for calls in flight, then gives everything back.
   *
   * @throws CudaException if the driver reported an error while it took something back, now or
   *     earlier; everything else is given back all the same
   */
  @Override
  public void close() {
    gate.close(() -> {
      try {
        loading.run(this::giveBack);
      } finally {
        counting.close();
        loading.close();
      }
    });
  }

  private void giveBack() {
    Resources all = new Resources();
    synchronized (lateFailures) {
      all.add(lateFailures);
    }
    all.add(devices);
    all.add(() -> current.release());
    all.close();
  }
}
