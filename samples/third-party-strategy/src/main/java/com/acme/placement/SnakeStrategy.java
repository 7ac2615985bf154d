package com.acme.placement;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.strategy.Decision;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.PlacementRequest;
import io.stagger.api.strategy.PlacementResult;
import io.stagger.api.strategy.PlacementStrategy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedList;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Deals the experts, busiest first, from rank to rank and back again, as a snake moves: the rank
 * that draws first in one pass draws last in the next. Spare slots go to replicas of the experts
 * that are busiest per replica.
 */
public final class SnakeStrategy implements PlacementStrategy {

  private static final String REPLICATE = "replicate";

  /** A replica of an expert, and the share of the expert's tokens that it will see. */
  private record Card(int expert, double tokens) {}

  /** The busiest first; the lowest expert first among equals, so that every run deals the same. */
  private static final Comparator<Card> BUSIEST_FIRST =
      Comparator.comparingDouble(Card::tokens).reversed().thenComparingInt(Card::expert);

  @Override
  public String name() {
    return "acme.snake";
  }

  @Override
  public String description() {
    return "Deals experts, busiest first, from rank to rank and back; works without a load too.";
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(
        OptionSpec.flag(REPLICATE, true, "Fill spare slots with replicas of busy experts."));
  }

  @Override
  public PlacementResult place(PlacementRequest request) {
    boolean replicate = request.options().flag(REPLICATE);
    int[][] layers = new int[request.model().layers()][];
    for (int layer = 0; layer < layers.length; layer++) {
      double[] tokens = tokensOf(request, layer);
      int spare = replicate ? request.cluster().usableSlots() - tokens.length : 0;
      layers[layer] = deal(hand(tokens, spare), request.cluster());
    }
    Placement placement =
        Placement.of(request.cluster().layout(), request.model().experts(), layers);
    return new PlacementResult(placement, Decision.asRequested(name()));
  }

  /** What each expert of a layer has to do; without a load, all have the same. */
  private static double[] tokensOf(PlacementRequest request, int layer) {
    double[] even = new double[request.model().experts()];
    Arrays.fill(even, 1);
    return request.load().map(load -> load.layer(layer)).orElse(even);
  }

  /** One card for each expert, one more for each spare slot, sorted. */
  private static List<Card> hand(double[] tokens, int spare) {
    int[] replicas = new int[tokens.length];
    Arrays.fill(replicas, 1);
    PriorityQueue<Card> busiest = new PriorityQueue<>(BUSIEST_FIRST);
    for (int expert = 0; expert < tokens.length; expert++) {
      busiest.add(new Card(expert, tokens[expert]));
    }
    for (int i = 0; i < spare; i++) {
      int expert = busiest.remove().expert();
      replicas[expert]++;
      busiest.add(new Card(expert, tokens[expert] / replicas[expert]));
    }
    List<Card> hand = new ArrayList<>();
    for (Card card : busiest) {
      hand.addAll(Collections.nCopies(replicas[card.expert()], card));
    }
    hand.sort(BUSIEST_FIRST);
    return hand;
  }

  private static int[] deal(List<Card> hand, Cluster cluster) {
    int[] slots = new int[cluster.layout().slots()];
    Arrays.fill(slots, Placement.EMPTY);
    List<Card> left = new LinkedList<>(hand);
    List<Integer> ranks = Arrays.stream(cluster.ranksUp()).boxed().toList();
    for (int pass = 0; !left.isEmpty(); pass++) {
      for (int rank : pass % 2 == 0 ? ranks : ranks.reversed()) {
        if (pass < cluster.layout().slotsOf(rank) && !left.isEmpty()) {
          int first = cluster.layout().firstSlot(rank);
          slots[first + pass] = draw(left, Arrays.copyOfRange(slots, first, first + pass));
        }
      }
    }
    return slots;
  }

  /** Takes the busiest card whose expert is not on the rank yet, or the busiest if all are. */
  private static int draw(List<Card> left, int[] onRank) {
    for (Iterator<Card> cards = left.iterator(); cards.hasNext(); ) {
      Card card = cards.next();
      if (Arrays.stream(onRank).noneMatch(expert -> expert == card.expert())) {
        cards.remove();
        return card.expert();
      }
    }
    return left.removeFirst().expert();
  }
}
