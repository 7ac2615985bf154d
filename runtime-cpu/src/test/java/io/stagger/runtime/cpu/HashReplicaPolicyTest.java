package io.stagger.runtime.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.runtime.Routing;
import java.math.BigInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Expected values are those of vLLM's test_routing.py and base_router.py. */
class HashReplicaPolicyTest {

  @Test
  void twoReplicasEach() {
    assertThat(choose(4, new int[] {0, 1, 2, 3, 0, 1, 2, 3}, 2, 0, 1, 2, 3, 0, 2))
        .containsExactly(0, 1, 6, 7, 0, 2);
  }

  @Test
  void fourAndTwoReplicas() {
    assertThat(choose(3, new int[] {0, 1, 2, 0, 1, 0, 2, 0}, 2, 0, 1, 2, 0, 1, 2))
        .containsExactly(0, 1, 6, 3, 1, 2);
  }

  @Test
  void oneReplicaEachInShuffledSlots() {
    assertThat(choose(4, new int[] {1, 2, 3, 0}, 2, 0, 1, 2, 3, 0, 2))
        .containsExactly(3, 0, 1, 2, 3, 1);
  }

  @Test
  void theFirstSixteenTokensOverTwoReplicas() {
    assertThat(choose(1, new int[2], 1, new int[16]))
        .containsExactly(0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1);
  }

  @Test
  void theFirstSixteenTokensOverThreeReplicas() {
    assertThat(choose(1, new int[3], 1, new int[16]))
        .containsExactly(0, 0, 2, 2, 1, 0, 0, 2, 2, 1, 0, 0, 2, 1, 1, 0);
  }

  @Test
  void theFirstSixteenTokensOverFourReplicas() {
    assertThat(choose(1, new int[4], 1, new int[16]))
        .isEqualTo(IntStream.range(0, 16).map(i -> i % 4).toArray());
  }

  @Test
  void theProductDoesNotOverflowForLateTokens() {
    int token = 1_000_000;
    long hash =
        BigInteger.valueOf(2_654_435_769L)
            .multiply(BigInteger.valueOf(token))
            .mod(BigInteger.TWO.pow(32))
            .longValue();
    int[] slots = choose(1, new int[7], 1, new int[token + 1]);
    assertThat(slots[token]).isEqualTo((int) (hash % 7));
  }

  private static int[] choose(int experts, int[] physicalToLogical, int topK, int... chosen) {
    Cluster cluster = Cluster.of(1, 1, physicalToLogical.length);
    Placement placement = Placement.of(cluster.layout(), experts, new int[][] {physicalToLogical});
    Routing routing = Routing.of(topK, chosen, new float[chosen.length]);
    return new HashReplicaPolicy().choose(placement, cluster, 0, routing, 0);
  }
}
