package io.stagger.runtime.cpu;

import io.stagger.api.MoeSpec;
import io.stagger.api.Placement;
import io.stagger.api.runtime.Routing;
import io.stagger.api.weights.ExpertWeights;
import io.stagger.api.weights.LayerWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Computes an MoE layer: sends every choice to its slot, runs the slots' experts rank by rank, and
 * adds up each token's results in the order of its top-k list, then the shared expert's.
 */
final class LayerPass {

  /** Tokens computed together; bounds the memory for intermediate values. */
  private static final int TOKENS_AT_ONCE = 512;

  private final MoeSpec spec;
  private final WorkCrew crew;
  private final ExpertPhase routedPhase;
  private final ExpertPhase sharedPhase;

  LayerPass(MoeSpec spec, Kernels kernels, WorkCrew crew) {
    this.spec = spec;
    this.crew = crew;
    this.routedPhase = new ExpertPhase(kernels, crew, spec.hiddenSize(), spec.intermediateSize());
    this.sharedPhase =
        new ExpertPhase(kernels, crew, spec.hiddenSize(), spec.sharedIntermediateSize());
  }

  /**
   * Computes the output.
   *
   * @param hidden {@code [tokens][hiddenSize]} row-major
   * @param slots the slot of each choice, {@code [tokens][topK]}
   * @return {@code [tokens][hiddenSize]} row-major
   */
  float[] run(
      LoadedPlacement loaded,
      LayerWeights common,
      int layer,
      float[] hidden,
      Routing routing,
      int[] slots) {
    int width = spec.hiddenSize();
    float[] out = new float[hidden.length];
    for (int from = 0; from < routing.tokens(); from += TOKENS_AT_ONCE) {
      int to = Math.min(routing.tokens(), from + TOKENS_AT_ONCE);
      float[] part = Arrays.copyOfRange(hidden, from * width, to * width);
      int[] partSlots = Arrays.copyOfRange(slots, from * routing.topK(), to * routing.topK());
      float[] results =
          routedPhase.run(
              dispatch(loaded, layer, partSlots, routing.topK()), part, partSlots.length);
      Optional<Shared> shared = common.shared().map(expert -> shared(expert, common, part));
      int first = from;
      crew.run(
          to - from, t -> combine(routing, first + t, t * routing.topK(), results, shared, t, out));
    }
    return out;
  }

  /** One run for each slot with choices, in slot order and so rank by rank. */
  private static List<ExpertRun> dispatch(
      LoadedPlacement loaded, int layer, int[] slots, int topK) {
    Placement placement = loaded.placement();
    int[] end = new int[placement.slots() + 1];
    for (int slot : slots) {
      end[slot + 1]++;
    }
    for (int slot = 0; slot < placement.slots(); slot++) {
      end[slot + 1] += end[slot];
    }
    int[] next = end.clone();
    int[] bySlot = new int[slots.length];
    for (int choice = 0; choice < slots.length; choice++) {
      bySlot[next[slots[choice]]++] = choice;
    }
    List<ExpertRun> runs = new ArrayList<>();
    for (int slot = 0; slot < placement.slots(); slot++) {
      int[] choices = Arrays.copyOfRange(bySlot, end[slot], end[slot + 1]);
      if (choices.length > 0) {
        int[] tokens = Arrays.stream(choices).map(choice -> choice / topK).toArray();
        runs.add(ExpertRun.of(loaded.expert(layer, slot), tokens, choices));
      }
    }
    return runs;
  }

  private Shared shared(ExpertWeights expert, LayerWeights common, float[] hidden) {
    int tokens = hidden.length / spec.hiddenSize();
    int[] all = IntStream.range(0, tokens).toArray();
    float[] results = sharedPhase.run(List.of(ExpertRun.of(expert, all, all)), hidden, tokens);
    double[] gates = new double[tokens];
    common
        .sharedGate()
        .ifPresentOrElse(
            gate -> {
              RouterProduct.multiply(Matrix.of(gate), 0, 1, hidden, gates, 1);
              Arrays.setAll(gates, i -> ReferenceRouter.logistic(gates[i]));
            },
            () -> Arrays.fill(gates, 1));
    return new Shared(results, gates);
  }

  private void combine(
      Routing routing,
      int token,
      int firstLine,
      float[] results,
      Optional<Shared> shared,
      int line,
      float[] out) {
    int width = spec.hiddenSize();
    int at = token * width;
    for (int choice = 0; choice < routing.topK(); choice++) {
      add(routing.weight(token, choice), results, (firstLine + choice) * width, out, at, width);
    }
    if (shared.isPresent()) {
      float gate = (float) shared.get().gates[line];
      add(gate, shared.get().results, line * width, out, at, width);
    }
  }

  private static void add(float weight, float[] values, int from, float[] out, int at, int width) {
    for (int i = 0; i < width; i++) {
      out[at + i] = Math.fma(weight, values[from + i], out[at + i]);
    }
  }

  /** The shared expert's results and what they are multiplied with. */
  private static final class Shared {

    final float[] results;
    final double[] gates;

    Shared(float[] results, double[] gates) {
      this.results = results;
      this.gates = gates;
    }
  }
}
