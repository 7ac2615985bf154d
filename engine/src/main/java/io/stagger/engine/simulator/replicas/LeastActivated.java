package io.stagger.engine.simulator.replicas;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * All of a step's tokens of an expert go to one replica: decode waits for the weights of the
 * activated experts, whose number on the fullest rank this keeps low. Greedy, as METRO routes
 * (arXiv 2512.09277): experts without a choice first, then the busiest first, each to the rank with
 * the fewest activated experts, then the fewest tokens, then the lowest slot.
 */
final class LeastActivated implements ReplicaChooser {

  private final PlacedLayer layer;
  private final int[] tokens;
  private final int[] slotOf;
  private final int[] activated;
  private final long[] rankTokens;

  LeastActivated(PlacedLayer layer) {
    this.layer = layer;
    this.tokens = new int[layer.experts()];
    this.slotOf = new int[layer.experts()];
    this.activated = new int[layer.ranks()];
    this.rankTokens = new long[layer.ranks()];
  }

  @Override
  public void choose(LayerBatch batch, int[] slots) {
    Arrays.fill(tokens, 0);
    Arrays.fill(activated, 0);
    Arrays.fill(rankTokens, 0);
    for (int choice = 0; choice < batch.choices(); choice++) {
      tokens[batch.expert(choice)]++;
    }
    IntStream.range(0, tokens.length)
        .filter(e -> tokens[e] > 0 && layer.replicas(e) == 1)
        .forEach(expert -> activate(expert, layer.slot(expert, 0)));
    IntStream.range(0, tokens.length)
        .filter(e -> tokens[e] > 0 && layer.replicas(e) > 1)
        .boxed()
        .sorted((a, b) -> Integer.compare(tokens[b], tokens[a]))
        .forEach(expert -> activate(expert, emptiest(expert)));
    for (int choice = 0; choice < batch.choices(); choice++) {
      slots[choice] = slotOf[batch.expert(choice)];
    }
  }

  private void activate(int expert, int slot) {
    slotOf[expert] = slot;
    activated[layer.rankOf(slot)]++;
    rankTokens[layer.rankOf(slot)] += tokens[expert];
  }

  private int emptiest(int expert) {
    int best = layer.slot(expert, 0);
    for (int replica = 1; replica < layer.replicas(expert); replica++) {
      int slot = layer.slot(expert, replica);
      int fewer = activated[layer.rankOf(slot)] - activated[layer.rankOf(best)];
      boolean idler = rankTokens[layer.rankOf(slot)] < rankTokens[layer.rankOf(best)];
      if (fewer < 0 || (fewer == 0 && idler)) {
        best = slot;
      }
    }
    return best;
  }
}
