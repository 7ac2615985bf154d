package io.stagger.api.runtime.support;

import io.stagger.api.Cluster;
import io.stagger.api.MoeSpec;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.runtime.Routing;
import io.stagger.api.runtime.TokenBatch;
import java.util.List;

/** Checks that batches and routings fit a model. Immutable. */
public final class BatchCheck {

  private final MoeSpec spec;
  private final Cluster cluster;

  /** Checks for a model on a cluster. */
  public BatchCheck(MoeSpec spec, Cluster cluster) {
    this.spec = spec;
    this.cluster = cluster;
  }

  /**
   * Checks layer, source rank and shape.
   *
   * @throws InvalidInputException if one does not fit
   */
  public void require(TokenBatch batch) {
    int layers = spec.shape().layers();
    if (batch.layer() < 0 || batch.layer() >= layers) {
      throw new InvalidInputException(
          Diagnosis.of("layer " + batch.layer(), "token batch")
              .expecting("an index of the model's " + layers + " MoE layers"));
    }
    if (batch.sourceRank() < 0 || batch.sourceRank() >= cluster.ranks()) {
      throw new InvalidInputException(
          Diagnosis.of("source rank " + batch.sourceRank(), "token batch")
              .expecting("a rank from 0 to " + (cluster.ranks() - 1)));
    }
    List<Long> shape = batch.hidden().shape();
    if (shape.size() != 2 || shape.get(1) != spec.hiddenSize() || tooMany(shape.get(0))) {
      throw new InvalidInputException(
          Diagnosis.of("hidden states of shape " + shape, "token batch, layer " + batch.layer())
              .expecting("[tokens, " + spec.hiddenSize() + "], below 2^31 values"));
    }
  }

  private boolean tooMany(long tokens) {
    long perToken = Math.max((long) spec.hiddenSize(), spec.shape().experts());
    return tokens > (Integer.MAX_VALUE - 8) / perToken;
  }

  /**
   * Checks a routing for a batch.
   *
   * @throws InvalidInputException if it is of another size, or names an expert that does not exist
   */
  public void require(TokenBatch batch, Routing routing) {
    if (routing.tokens() != batch.tokens() || routing.topK() != spec.shape().topK()) {
      throw new InvalidInputException(
          Diagnosis.of(routing.toString(), "routing, layer " + batch.layer())
              .expecting(batch.tokens() + " tokens, top-" + spec.shape().topK()));
    }
    for (int token = 0; token < routing.tokens(); token++) {
      for (int choice = 0; choice < routing.topK(); choice++) {
        int expert = routing.expert(token, choice);
        if (expert < 0 || expert >= spec.shape().experts()) {
          throw new InvalidInputException(
              Diagnosis.of("expert " + expert, "routing, token " + token + ", choice " + choice)
                  .expecting("0 to " + (spec.shape().experts() - 1)));
        }
      }
    }
  }
}
