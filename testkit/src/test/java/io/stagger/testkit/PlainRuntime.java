package io.stagger.testkit;

import io.stagger.api.Load;
import io.stagger.api.Migration;
import io.stagger.api.MoeSpec;
import io.stagger.api.Placement;
import io.stagger.api.PlacementRules;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.runtime.MoeOutput;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.Routing;
import io.stagger.api.runtime.RuntimeRequest;
import io.stagger.api.runtime.TokenBatch;
import io.stagger.api.weights.ExpertWeights;
import io.stagger.api.weights.LayerWeights;
import io.stagger.api.weights.LoadProof;
import io.stagger.api.weights.RankWeights;
import io.stagger.api.weights.Tensor;
import io.stagger.api.weights.TensorType;
import io.stagger.testkit.PlainBackend.Fault;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The plainest runtime that keeps the contract, one call at a time; or one that breaks it. */
final class PlainRuntime implements MoeRuntime {

  private final RuntimeRequest request;
  private final Fault fault;
  private final MoeSpec spec;
  private final double[][] counts;
  private Placement placement;
  private List<RankWeights> ranks = List.of();
  private List<LoadProof> proofs = List.of();
  private boolean closed;

  PlainRuntime(RuntimeRequest request, Fault fault) {
    this.request = request;
    this.fault = fault;
    this.spec = request.loader().spec();
    this.counts = new double[spec.shape().layers()][spec.shape().experts()];
    this.placement = request.placement();
    load(placement);
  }

  private void load(Placement next) {
    List<RankWeights> loaded = new ArrayList<>();
    List<LoadProof> proved = new ArrayList<>();
    try {
      for (int rank = 0; rank < next.ranks(); rank++) {
        RankWeights weights = request.loader().load(next, rank);
        loaded.add(weights);
        proved.add(
            fault == Fault.PROVES_NOTHING
                ? new LoadProof(rank, 0, 0, next.fingerprint())
                : weights.prove(next));
      }
    } catch (RuntimeException e) {
      if (fault != Fault.LEAKS_WHEN_OPENING_FAILS) {
        loaded.forEach(RankWeights::close);
      }
      throw e;
    }
    if (fault != Fault.KEEPS_OLD_WEIGHTS) {
      ranks.forEach(RankWeights::close);
    }
    ranks = loaded;
    proofs = proved;
    placement = next;
  }

  private void requireOpen() {
    if (closed && fault != Fault.STAYS_OPEN) {
      throw new IllegalStateException("closed");
    }
  }

  @Override
  public synchronized String description() {
    requireOpen();
    return "plain";
  }

  @Override
  public synchronized MoeSpec spec() {
    requireOpen();
    return spec;
  }

  @Override
  public synchronized Placement placement() {
    requireOpen();
    return placement;
  }

  @Override
  public synchronized List<LoadProof> proofs() {
    requireOpen();
    return proofs;
  }

  @Override
  public synchronized Routing route(TokenBatch batch) {
    requireOpen();
    check(batch);
    PlainRouter router = new PlainRouter(spec, request.loader().layer(batch.layer()), fault);
    int topK = spec.shape().topK();
    int[] experts = new int[batch.tokens() * topK];
    float[] weights = new float[experts.length];
    for (int token = 0; token < batch.tokens(); token++) {
      router.route(token, row(batch, token), experts, weights);
    }
    return Routing.of(topK, experts, weights);
  }

  private void check(TokenBatch batch) {
    boolean fits =
        batch.layer() >= 0
            && batch.layer() < spec.shape().layers()
            && batch.sourceRank() >= 0
            && batch.sourceRank() < placement.ranks()
            && batch.hidden().shape().equals(List.of((long) batch.tokens(), width()));
    require(fits || fault == Fault.CHECKS_NO_BATCH, "the batch does not fit");
  }

  private long width() {
    return spec.hiddenSize();
  }

  private static void require(boolean holds, String problem) {
    if (!holds) {
      throw new InvalidInputException(Diagnosis.of(problem, "plain runtime"));
    }
  }

  private float[] row(TokenBatch batch, int token) {
    float[] all = batch.hidden().toFloats();
    return Arrays.copyOfRange(all, token * spec.hiddenSize(), (token + 1) * spec.hiddenSize());
  }

  @Override
  public synchronized MoeOutput experts(TokenBatch batch, Routing routing) {
    requireOpen();
    check(batch);
    boolean fits =
        routing.tokens() == batch.tokens()
            && routing.topK() == spec.shape().topK()
            && Arrays.stream(routing.experts()).allMatch(e -> e >= 0 && e < spec.shape().experts());
    require(fits, "the routing does not fit");
    int[] slots =
        request
            .replicas()
            .choose(placement, request.cluster(), batch.layer(), routing, batch.sourceRank());
    float[] out = new float[batch.tokens() * spec.hiddenSize()];
    for (int token = 0; token < batch.tokens(); token++) {
      float[] sum = combine(batch, token, routing, slots);
      sum[0] += fault == Fault.LOOKS_AT_THE_BATCH ? 1e-6f * batch.tokens() : 0;
      System.arraycopy(sum, 0, out, token * sum.length, sum.length);
    }
    for (int expert : routing.experts()) {
      counts[batch.layer()][expert]++;
    }
    Tensor hidden = SyntheticModel.tensor(out, type(batch), batch.tokens(), spec.hiddenSize());
    if (fault == Fault.NAMES_THE_WRONG_SLOTS) {
      Arrays.fill(slots, slots[0]);
    }
    return new MoeOutput(batch.layer(), hidden, routing, slots, placement);
  }

  private TensorType type(TokenBatch batch) {
    return fault == Fault.ANSWERS_IN_FLOATS ? TensorType.F32 : batch.hidden().type();
  }

  private float[] combine(TokenBatch batch, int token, Routing routing, int[] slots) {
    int first = token * routing.topK();
    List<Integer> order = IntStream.range(0, routing.topK()).boxed().toList();
    if (fault == Fault.COMBINES_IN_SLOT_ORDER) {
      order = order.stream().sorted(Comparator.comparingInt(c -> slots[first + c])).toList();
    }
    if (fault == Fault.FORGETS_THE_LAST_CHOICE) {
      order = order.subList(0, order.size() - 1);
    }
    float[] x = row(batch, token);
    float[] sum = new float[x.length];
    for (int choice : order) {
      int rank = placement.layout().rankOf(slots[first + choice]);
      int local = placement.layout().localSlot(slots[first + choice]);
      add(ranks.get(rank).slot(batch.layer(), local), x, routing.weight(token, choice), sum);
    }
    LayerWeights common = request.loader().layer(batch.layer());
    float gate =
        common.sharedGate().map(g -> (float) (1 / (1 + Math.exp(-dot(g, 0, x))))).orElse(1f);
    common.shared().ifPresent(shared -> add(shared, x, gate, sum));
    return sum;
  }

  private void add(ExpertWeights expert, float[] x, float weight, float[] sum) {
    float[] inner = new float[expert.intermediateSize()];
    for (int i = 0; i < inner.length; i++) {
      float gate = dot(expert.gate(), i, x);
      inner[i] = (float) (gate / (1 + Math.exp(-gate))) * dot(expert.up(), i, x);
    }
    for (int i = 0; i < sum.length; i++) {
      sum[i] += weight * dot(expert.down(), i, inner);
    }
  }

  private float dot(Tensor matrix, int row, float[] x) {
    float sum = 0;
    for (int k = 0; k < x.length; k++) {
      sum += matrix.get((long) row * x.length + k) * x[k];
      if (fault == Fault.SUMS_IN_BFLOAT16) {
        sum = Float.intBitsToFloat(Float.floatToIntBits(sum) & 0xffff0000);
      }
    }
    return sum;
  }

  @Override
  public synchronized Migration migrate(Placement next) {
    requireOpen();
    PlacementRules.requireValid(next, spec.shape(), request.cluster(), "the migration");
    Migration migration = Migration.between(placement, next);
    if (fault == Fault.PUBLISHES_TOO_EARLY) {
      placement = next;
    }
    load(next);
    return migration;
  }

  @Override
  public synchronized Load drainLoad() {
    requireOpen();
    Load load = Load.of(spec.shape().experts(), counts);
    if (fault != Fault.COUNTS_FOR_EVER) {
      Arrays.stream(counts).forEach(row -> Arrays.fill(row, 0));
    }
    return load;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      ranks.forEach(RankWeights::close);
    }
  }
}
