package io.stagger.api.runtime;

import io.stagger.api.Load;
import io.stagger.api.Migration;
import io.stagger.api.MoeSpec;
import io.stagger.api.Placement;
import io.stagger.api.weights.LoadProof;
import java.util.List;

/**
 * Runs the MoE layers of a model under a placement.
 *
 * <p>Results are combined in the order of a token's top-k list, never in the order of ranks, and a
 * token's result does not depend on the other tokens of its batch: the same tokens give the same
 * bits under every placement, rank count, replica choice, batch and thread count.
 *
 * <p>All methods may be called from several threads at once. A forward pass sees one placement from
 * start to end, also while {@link #migrate} runs. {@link #close} waits for calls in flight; later
 * calls throw {@link IllegalStateException}.
 */
public interface MoeRuntime extends AutoCloseable {

  /** The backend's name, and what it chose: kernels, vector width, device. For people. */
  String description();

  /** The model. */
  MoeSpec spec();

  /** The placement in force. */
  Placement placement();

  /** What was proved of each rank's slots for the placement in force, in rank order. */
  List<LoadProof> proofs();

  /**
   * Chooses experts and weights.
   *
   * @throws io.stagger.api.error.InvalidInputException if the batch does not fit the model, or a
   *     token's router logit is NaN or infinite; it names the token
   */
  Routing route(TokenBatch batch);

  /**
   * Computes the layer's output for a routing: routed experts, weighted, in top-k order, plus the
   * shared expert. A token whose hidden state holds NaN or infinity spoils its own row alone.
   *
   * @throws io.stagger.api.error.InvalidInputException if batch and routing do not fit the model or
   *     each other
   */
  MoeOutput experts(TokenBatch batch, Routing routing);

  /** {@link #route}, then {@link #experts}. */
  default MoeOutput forward(TokenBatch batch) {
    return experts(batch, route(batch));
  }

  /**
   * Brings another placement into force. Loads what it needs and proves it before it is published;
   * if that fails the old placement stays in force.
   *
   * @return the slot copies that this took
   * @throws io.stagger.api.error.StaggerException if the placement is not valid or cannot be loaded
   */
  Migration migrate(Placement next);

  /** Routed choices per layer and logical expert since the last call, or since the start. */
  Load drainLoad();

  @Override
  void close();
}
