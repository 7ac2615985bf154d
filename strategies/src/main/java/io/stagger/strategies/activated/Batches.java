package io.stagger.strategies.activated;

import io.stagger.api.Load;
import io.stagger.api.routing.Routes;
import io.stagger.api.strategy.PlacementRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Decode batches, drawn with a fixed seed: which experts of a layer each of them activates. */
final class Batches {

  private static final long SEED = 0x5EED;

  private final Load load;
  private final int topK;
  private final Optional<Routes> routes;
  private final int size;

  private final Load activation;

  /** The tokens of each batch, {@code [samples][size]}; without routes, no tokens. */
  private final int[][] tokens;

  private Batches(PlacementRequest request, int size, int samples) {
    this.load = request.requireLoad();
    this.topK = request.model().topK();
    this.routes = request.routing().routes().filter(r -> r.tokens() > 0);
    this.size = size;
    this.activation = activations();
    this.tokens = new int[samples][0];
    routes.ifPresent(this::drawTokens);
  }

  /**
   * Draws.
   *
   * @param size tokens of a batch
   * @param samples how many batches
   */
  static Batches of(PlacementRequest request, int size, int samples) {
    return new Batches(request, size, samples);
  }

  String evidence() {
    return routes.isPresent() ? "routes" : "load";
  }

  /** Every sequence once, in a drawn order, before one comes again; of each, any of its tokens. */
  private void drawTokens(Routes of) {
    SplittableRandom random = new SplittableRandom(SEED);
    int[][] sequences = sequences(of);
    int[] order = IntStream.range(0, sequences.length).toArray();
    for (int batch = 0; batch < tokens.length; batch++) {
      int[] drawn = new int[size];
      for (int i = 0; i < size; i++) {
        int at = i % order.length;
        int other = at + random.nextInt(order.length - at);
        int sequence = order[other];
        order[other] = order[at];
        order[at] = sequence;
        drawn[i] = sequences[sequence][random.nextInt(sequences[sequence].length)];
      }
      tokens[batch] = drawn;
    }
  }

  private static int[][] sequences(Routes of) {
    List<int[]> sequences = new ArrayList<>();
    int from = 0;
    for (int token = 1; token <= of.tokens(); token++) {
      if (token == of.tokens() || of.sequence(token) != of.sequence(from)) {
        sequences.add(IntStream.range(from, token).toArray());
        from = token;
      }
    }
    return sequences.toArray(int[][]::new);
  }

  /** How often each expert is activated by a batch, as a load: 0 to 1. */
  Load activation() {
    return activation;
  }

  private Load activations() {
    double[][] rows = new double[load.layers()][load.experts()];
    for (int layer = 0; layer < rows.length; layer++) {
      double total = load.total(layer);
      for (int expert = 0; total > 0 && expert < rows[layer].length; expert++) {
        rows[layer][expert] = probability(load.get(layer, expert) / total);
      }
    }
    return Load.of(load.experts(), rows);
  }

  /**
   * That some token of a batch chooses an expert, if tokens choose independently.
   *
   * @param share the expert's share of all choices
   */
  private double probability(double share) {
    // StrictMath gives the same bits on every machine.
    return 1 - StrictMath.pow(1 - Math.min(1, share * topK), size);
  }

  /** The experts that each batch activates in a layer, ascending, {@code [samples][]}. */
  int[][] layer(int layer) {
    int[][] active = new int[tokens.length][];
    SplittableRandom random = new SplittableRandom(SEED + layer);
    boolean[] isActive = new boolean[load.experts()];
    for (int batch = 0; batch < active.length; batch++) {
      Arrays.fill(isActive, false);
      if (routes.isPresent()) {
        activate(routes.get(), layer, tokens[batch], isActive);
      } else {
        for (int expert = 0; expert < isActive.length; expert++) {
          isActive[expert] = random.nextDouble() < activation.get(layer, expert);
        }
      }
      active[batch] = IntStream.range(0, isActive.length).filter(e -> isActive[e]).toArray();
    }
    return active;
  }

  private static void activate(Routes of, int layer, int[] batch, boolean[] isActive) {
    for (int token : batch) {
      for (int choice = 0; choice < of.topK(); choice++) {
        isActive[of.expert(token, layer, choice)] = true;
      }
    }
  }
}
