package io.stagger.engine.text;

import io.stagger.api.Load;
import io.stagger.api.Migration;
import io.stagger.api.ModelShape;
import io.stagger.api.MoeSpec;
import io.stagger.api.Placement;
import io.stagger.api.RouterSpec;
import io.stagger.api.runtime.MoeOutput;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.Routing;
import io.stagger.api.runtime.TokenBatch;
import io.stagger.api.weights.LoadProof;
import io.stagger.api.weights.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Routes one-hot token {@code t} to experts {@code t} and {@code t + 1}, and answers with a logit
 * of 5 for token {@code t + 1}, all modulo 8. It remembers the source ranks and whether it was
 * closed.
 */
final class CountingRuntime implements MoeRuntime {

  static final ModelShape SHAPE = ModelShape.of(1, 8, 2, 1, 1);

  private final Placement placement;
  private final List<Integer> sources = new ArrayList<>();
  private boolean closed;

  CountingRuntime(Placement placement) {
    this.placement = placement;
  }

  List<Integer> sources() {
    return sources;
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public Routing route(TokenBatch batch) {
    int[] experts = new int[2 * batch.tokens()];
    float[] weights = new float[experts.length];
    for (int token = 0; token < batch.tokens(); token++) {
      experts[2 * token] = hot(batch, token);
      experts[2 * token + 1] = (hot(batch, token) + 1) % 8;
    }
    return Routing.of(2, experts, weights);
  }

  @Override
  public MoeOutput experts(TokenBatch batch, Routing routing) {
    sources.add(batch.sourceRank());
    float[] hidden = new float[batch.tokens() * 8];
    int[] slots = new int[2 * batch.tokens()];
    for (int token = 0; token < batch.tokens(); token++) {
      hidden[token * 8 + (hot(batch, token) + 1) % 8] = 5;
      for (int choice = 0; choice < 2; choice++) {
        slots[2 * token + choice] = placement.replica(0, routing.expert(token, choice), 0);
      }
    }
    Tensor output = Tensor.ofFloats(hidden, batch.tokens(), 8);
    return new MoeOutput(batch.layer(), output, routing, slots, placement);
  }

  private static int hot(TokenBatch batch, int token) {
    int at = 0;
    while (batch.hidden().get(token * 8L + at) == 0) {
      at++;
    }
    return at;
  }

  @Override
  public MoeSpec spec() {
    return new MoeSpec(SHAPE, RouterSpec.softmaxNormalized(), 8, 1, 0, false);
  }

  @Override
  public Placement placement() {
    return placement;
  }

  @Override
  public String description() {
    return "counts";
  }

  @Override
  public List<LoadProof> proofs() {
    return List.of();
  }

  @Override
  public Migration migrate(Placement next) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Load drainLoad() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    closed = true;
  }
}
