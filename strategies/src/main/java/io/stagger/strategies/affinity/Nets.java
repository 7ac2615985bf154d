package io.stagger.strategies.affinity;

import io.stagger.api.routing.CoSelection;
import io.stagger.api.routing.Routes;
import java.util.Arrays;

/**
 * The sets of experts that tokens of a layer chose together, equal sets together with their number:
 * a hypergraph whose nodes are the experts. Immutable by convention: the arrays are open to this
 * package's searches, which only read them.
 */
final class Nets {

  /** A net has at most one part in so many of the tokens. */
  private static final int FINENESS = 256;

  /** Logical experts of the layer. */
  final int experts;

  /** The experts of net {@code n} are {@code pins[first[n] .. first[n + 1] - 1]}, ascending. */
  final int[] first;

  final int[] pins;

  /** How many tokens each net stands for, {@code [nets]}. */
  final double[] weight;

  /** The nets of expert {@code e} are {@code netsOf[firstOf[e] .. firstOf[e + 1] - 1]}. */
  final int[] firstOf;

  final int[] netsOf;

  /** How many tokens chose each expert, {@code [experts]}. */
  final double[] chosen;

  Nets(int experts, int[] first, int[] pins, double[] weight) {
    this.experts = experts;
    this.first = first;
    this.pins = pins;
    this.weight = weight;
    this.firstOf = new int[experts + 1];
    this.netsOf = new int[pins.length];
    this.chosen = new double[experts];
    index();
  }

  private void index() {
    for (int pin : pins) {
      firstOf[pin + 1]++;
    }
    for (int expert = 0; expert < experts; expert++) {
      firstOf[expert + 1] += firstOf[expert];
    }
    int[] next = Arrays.copyOf(firstOf, experts);
    for (int net = 0; net < count(); net++) {
      for (int i = first[net]; i < first[net + 1]; i++) {
        netsOf[next[pins[i]]++] = net;
        chosen[pins[i]] += weight[net];
      }
    }
  }

  /** How many nets there are. */
  int count() {
    return weight.length;
  }

  /** Whether an expert is in a net. */
  boolean holds(int net, int expert) {
    for (int i = first[net]; i < first[net + 1]; i++) {
      if (pins[i] == expert) {
        return true;
      }
    }
    return false;
  }

  /** The tokens that the nets stand for. */
  double tokens() {
    return Arrays.stream(weight).sum();
  }

  /**
   * The nets of one layer.
   *
   * @param most how many of the tokens to look at, at most; they are taken evenly from all
   */
  static Nets of(Routes routes, int layer, int most) {
    int tokens = routes.tokens();
    int taken = Math.min(tokens, most);
    NetTable table = new NetTable(routes.topK(), Math.max(1, taken / FINENESS));
    int[] row = new int[routes.topK()];
    for (int i = 0; i < taken; i++) {
      int token = (int) ((long) i * tokens / taken);
      for (int choice = 0; choice < row.length; choice++) {
        row[choice] = routes.expert(token, layer, choice);
      }
      Arrays.sort(row);
      table.add(row);
    }
    return table.nets(routes.experts());
  }

  /** A net for each pair of experts of a layer that were chosen together. */
  static Nets of(CoSelection pairs, int layer) {
    int experts = pairs.experts();
    int nets = 0;
    for (int one = 0; one < experts; one++) {
      for (int other = one + 1; other < experts; other++) {
        nets += pairs.count(layer, one, other) > 0 ? 1 : 0;
      }
    }
    int[] first = new int[nets + 1];
    int[] pins = new int[2 * nets];
    double[] weight = new double[nets];
    int net = 0;
    for (int one = 0; one < experts; one++) {
      for (int other = one + 1; other < experts; other++) {
        long count = pairs.count(layer, one, other);
        if (count > 0) {
          pins[2 * net] = one;
          pins[2 * net + 1] = other;
          weight[net++] = count;
          first[net] = 2 * net;
        }
      }
    }
    return new Nets(experts, first, pins, weight);
  }
}
