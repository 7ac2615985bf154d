package io.stagger.runtime.cuda;

import static io.stagger.runtime.cuda.Scratch.BAD;
import static io.stagger.runtime.cuda.Scratch.CHOSEN;
import static io.stagger.runtime.cuda.Scratch.GROUP_SCORES;
import static io.stagger.runtime.cuda.Scratch.HIDDEN;
import static io.stagger.runtime.cuda.Scratch.LOGITS;
import static io.stagger.runtime.cuda.Scratch.TYPED;
import static io.stagger.runtime.cuda.Scratch.WEIGHTS;

import io.stagger.api.ModelShape;
import io.stagger.api.MoeSpec;
import io.stagger.api.RouterSpec;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.runtime.Routing;
import io.stagger.api.runtime.TokenBatch;
import io.stagger.api.weights.Tensor;
import io.stagger.api.weights.TensorType;
import io.stagger.runtime.cuda.CudaOptions.KernelChoice;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A batch on its way through a layer, on one lane. Used once, on the lane's thread. */
final class ForwardPass {

  private static final int LOGIT_TOKENS = 8;
  private static final int LOGIT_EXPERTS = 32;
  private static final int WIDEN_VALUES = 256;
  private static final long NO_BAD_LOGIT = -1;
  private static final Thread ANY_OTHER_THREAD = Thread.ofVirtual().unstarted(() -> {});

  private final MoeSpec spec;
  private final KernelChoice kernelChoice;
  private final Lane lane;
  private final TokenBatch batch;
  private final Workspace home;
  private final CommonLayer layer;
  private final List<Chunk> chunks;
  private @Nullable Chunk resident;

  /**
   * A pass.
   *
   * @param home the device that the batch goes to, chooses experts and combines their results
   * @param batch fits the model
   */
  ForwardPass(MoeSpec spec, KernelChoice kernelChoice, Lane lane, Gpu home, TokenBatch batch) {
    this.spec = spec;
    this.kernelChoice = kernelChoice;
    this.lane = lane;
    this.batch = batch;
    this.home = lane.on(home);
    this.layer = home.layer(batch.layer());
    this.chunks = Chunk.of(batch, lane.tokens());
  }

  /**
   * A batch that the lane's thread can read: what is confined to the caller's thread is copied. On
   * the caller's thread.
   */
  static TokenBatch readable(TokenBatch batch) {
    Tensor hidden = batch.hidden();
    if (hidden.data().isAccessibleBy(ANY_OTHER_THREAD)) {
      return batch;
    }
    MemorySegment copy = newMemory(hidden).copyFrom(hidden.data());
    Tensor readable = new Tensor(copy, hidden.type(), hidden.shape());
    return new TokenBatch(batch.layer(), readable, batch.sourceRank());
  }

  /**
   * Chooses experts and weights.
   *
   * @throws InvalidInputException if a token's logits are not finite; it names token and expert
   */
  Routing route() {
    return lane.settled(this::routeChunks);
  }

  private Routing routeChunks() {
    int topK = spec.shape().topK();
    int[] chosen = new int[batch.tokens() * topK];
    float[] weights = new float[chosen.length];
    for (Chunk chunk : chunks) {
      int choices = chunk.tokens() * topK;
      bring(chunk);
      logits(chunk, layer.router(), spec.shape().experts(), LOGITS);
      choose(chunk);
      HostBuffers host = lane.host();
      home.stream().copyToHost(home.at(BAD), host.bad());
      home.stream().copyToHost(home.at(CHOSEN), host.chosen(choices));
      home.stream().copyToHost(home.at(WEIGHTS), host.weights(choices));
      home.stream().synchronize();
      requireFinite(chunk, host.bad().get(ValueLayout.JAVA_LONG, 0));
      int at = chunk.from() * topK;
      MemorySegment.copy(host.chosen(choices), ValueLayout.JAVA_INT, 0, chosen, at, choices);
      MemorySegment.copy(host.weights(choices), ValueLayout.JAVA_FLOAT, 0, weights, at, choices);
    }
    return Routing.of(topK, chosen, weights);
  }

  /**
   * Computes the layer's output.
   *
   * @param placement stays on the devices until this returns
   * @param slots the slot of each choice
   * @return {@code [tokens, hiddenSize]}, of the batch's type
   */
  Tensor experts(DevicePlacement placement, Routing routing, int[] slots) {
    return lane.settled(() -> computeChunks(placement, routing, slots));
  }

  private Tensor computeChunks(DevicePlacement placement, Routing routing, int[] slots) {
    MemorySegment results = newMemory(batch.hidden());
    int[] chosen = routing.experts();
    for (Chunk chunk : chunks) {
      bring(chunk);
      ExpertPass pass = new ExpertPass(spec, kernelChoice, lane, home, placement, chunk);
      pass.run(layer, routing, chosen, slots);
      MemorySegment out = lane.host().hidden(chunk.bytes());
      home.stream().copyToHost(home.at(TYPED), out);
      pass.await();
      chunk.partOf(results).copyFrom(out);
    }
    return new Tensor(results, batch.hidden().type(), batch.hidden().shape());
  }

  private static MemorySegment newMemory(Tensor like) {
    int values = Math.toIntExact(like.elements());
    return like.type() == TensorType.F32
        ? MemorySegment.ofArray(new float[values])
        : MemorySegment.ofArray(new short[values]);
  }

  /** Brings a chunk's hidden states to the home device, as floats, unless they are there. */
  private void bring(Chunk chunk) {
    if (chunk.equals(resident)) {
      return;
    }
    MemorySegment staged =
        lane.host().hidden(chunk.bytes()).copyFrom(chunk.partOf(batch.hidden().data()));
    if (chunk.type() == TensorType.F32) {
      home.stream().copyToDevice(staged, home.at(HIDDEN));
    } else {
      home.stream().copyToDevice(staged, home.at(TYPED));
      Parameters widen =
          new Parameters().pointer(home.at(TYPED)).pointer(home.at(HIDDEN)).wide(chunk.values());
      int blocks = (int) Math.min(Math.ceilDiv(chunk.values(), WIDEN_VALUES), Integer.MAX_VALUE);
      home.stream().launch(home.gpu().kernels().get("widen", chunk.type()), blocks, 1, widen);
    }
    resident = chunk;
  }

  private void logits(Chunk chunk, CommonLayer.Matrix router, int experts, Scratch to) {
    launchLogits(home, router, chunk.tokens(), experts, spec.hiddenSize(), to);
  }

  /** Multiplies a router, or a shared expert's gate, with hidden states. */
  static void launchLogits(
      Workspace on, CommonLayer.Matrix router, int tokens, int experts, int width, Scratch to) {
    Parameters parameters =
        new Parameters()
            .pointer(on.at(HIDDEN))
            .pointer(router.address())
            .pointer(on.at(to))
            .integer(tokens)
            .integer(experts)
            .integer(width);
    on.stream()
        .launch(
            on.gpu().kernels().get("router_logits", router.type()),
            Math.ceilDiv(tokens, LOGIT_TOKENS),
            Math.ceilDiv(experts, LOGIT_EXPERTS),
            parameters);
  }

  private void choose(Chunk chunk) {
    ModelShape shape = spec.shape();
    RouterSpec router = spec.router();
    home.stream().setBytes(home.at(BAD), (int) NO_BAD_LOGIT, Long.BYTES);
    Parameters parameters =
        new Parameters()
            .pointer(home.at(LOGITS))
            .pointer(layer.bias())
            .pointer(home.at(GROUP_SCORES))
            .pointer(home.at(CHOSEN))
            .pointer(home.at(WEIGHTS))
            .pointer(home.at(BAD))
            .integer(chunk.tokens())
            .integer(shape.experts())
            .integer(shape.topK())
            .integer(shape.groups())
            .integer(shape.topGroups())
            .flag(router.scoring() == RouterSpec.Scoring.SIGMOID)
            .flag(router.groupScore() == RouterSpec.GroupScore.TOP2_SUM)
            .flag(router.normalize())
            .real(router.scalingFactor());
    home.stream().launch(home.gpu().kernels().get("route"), chunk.tokens(), 1, parameters);
  }

  private void requireFinite(Chunk chunk, long bad) {
    if (bad != NO_BAD_LOGIT) {
      long token = chunk.from() + bad / spec.shape().experts();
      long expert = bad % spec.shape().experts();
      throw new InvalidInputException(
          Diagnosis.of("the logit is not finite", "router, token " + token + ", expert " + expert)
              .expecting("a finite number")
              .remedy("Look for NaN or infinity in the token's hidden state"));
    }
  }
}
