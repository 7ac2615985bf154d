package io.stagger.samples.tinymoe;

import io.stagger.api.Load;
import io.stagger.api.Migration;
import io.stagger.api.MoeSpec;
import io.stagger.api.Placement;
import io.stagger.api.runtime.Availability;
import io.stagger.api.runtime.MoeOutput;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.Routing;
import io.stagger.api.runtime.RuntimeBackend;
import io.stagger.api.runtime.RuntimeRequest;
import io.stagger.api.runtime.TokenBatch;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.Options;
import io.stagger.api.weights.LoadProof;
import io.stagger.api.weights.Tensor;
import java.util.List;
import java.util.ServiceLoader;

/**
 * The CPU runtime with a fault: unless slot 1 of layer 0 holds expert 1, as it does under linear,
 * one number of each output is the next larger one. It says that it can't run until it is armed, so
 * that no other test takes it.
 */
public final class FaultyBackend implements RuntimeBackend {

  private static final String ARMED = "armed";

  @Override
  public String name() {
    return "faulty";
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(OptionSpec.flag(ARMED, false, "Whether it can run."));
  }

  @Override
  public Availability availability(Options options) {
    return options.flag(ARMED) ? Availability.yes("a fault") : Availability.no("not armed");
  }

  @Override
  public MoeRuntime open(RuntimeRequest request) {
    RuntimeBackend cpu =
        ServiceLoader.load(RuntimeBackend.class).stream()
            .filter(provider -> provider.type() != FaultyBackend.class)
            .findFirst()
            .orElseThrow()
            .get();
    MoeRuntime right =
        cpu.open(
            new RuntimeRequest(
                request.cluster(),
                request.placement(),
                request.loader(),
                request.replicas(),
                Options.defaults(cpu.options())));
    return request.placement().logicalAt(0, 1) == 1 ? right : new Flipped(right);
  }

  private record Flipped(MoeRuntime runtime) implements MoeRuntime {

    @Override
    public MoeOutput experts(TokenBatch batch, Routing routing) {
      MoeOutput right = runtime.experts(batch, routing);
      float[] hidden = right.hidden().toFloats();
      hidden[0] = Math.nextUp(hidden[0]);
      int[] slots = new int[routing.tokens() * routing.topK()];
      for (int i = 0; i < slots.length; i++) {
        slots[i] = right.slot(i / routing.topK(), i % routing.topK());
      }
      Tensor tensor =
          Tensor.ofFloats(hidden, batch.tokens(), hidden.length / (long) batch.tokens());
      return new MoeOutput(batch.layer(), tensor, routing, slots, right.placement());
    }

    @Override
    public String description() {
      return "faulty";
    }

    @Override
    public MoeSpec spec() {
      return runtime.spec();
    }

    @Override
    public Placement placement() {
      return runtime.placement();
    }

    @Override
    public List<LoadProof> proofs() {
      return runtime.proofs();
    }

    @Override
    public Routing route(TokenBatch batch) {
      return runtime.route(batch);
    }

    @Override
    public Migration migrate(Placement next) {
      return runtime.migrate(next);
    }

    @Override
    public Load drainLoad() {
      return runtime.drainLoad();
    }

    @Override
    public void close() {
      runtime.close();
    }
  }
}
