package io.stagger.api.runtime.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.error.PluginException;
import io.stagger.api.runtime.ReplicaPolicy;
import io.stagger.api.runtime.Routing;
import io.stagger.api.runtime.TokenBatch;
import org.junit.jupiter.api.Test;

class SlotChoicesTest {

  private static final Cluster CLUSTER = Cluster.of(1, 2, 4);

  /** Expert 1 in slots 1 and 2; slot 3 is empty. */
  private static final Placement PLACEMENT =
      Placement.of(CLUSTER.layout(), 2, new int[][] {{0, 1, 1, Placement.EMPTY}});

  private static final Routing ROUTING = Routing.of(1, new int[] {1, 0}, new float[] {1, 1});

  private static int[] choose(int... slots) {
    ReplicaPolicy policy =
        new ReplicaPolicy() {
          @Override
          public String name() {
            return "fixed";
          }

          @Override
          public int[] choose(
              Placement placement, Cluster cluster, int layer, Routing routing, int sourceRank) {
            return slots;
          }
        };
    TokenBatch batch = TokenBatch.of(0, new float[4], 2);
    return SlotChoices.choose(policy, PLACEMENT, CLUSTER, batch, ROUTING);
  }

  private static void requireRefused(String message, int... slots) {
    assertThatExceptionOfType(PluginException.class)
        .isThrownBy(() -> choose(slots))
        .withMessageContaining("replica policy 'fixed'")
        .withMessageContaining(message);
  }

  @Test
  void takesAnyReplica() {
    assertThat(choose(1, 0)).containsExactly(1, 0);
    assertThat(choose(2, 0)).containsExactly(2, 0);
  }

  @Test
  void refusesAnotherNumberOfSlotsThanChoices() {
    requireRefused("1 slots; expected 2", 1);
    requireRefused("3 slots; expected 2", 1, 0, 0);
  }

  @Test
  void refusesASlotThatHoldsAnotherExpertOrNone() {
    requireRefused("layer 0, token 0: slot 0 for expert 1", 0, 0);
    requireRefused("layer 0, token 1: slot 3 for expert 0", 1, 3);
  }

  @Test
  void refusesASlotThatDoesNotExist() {
    requireRefused("slot -1 for expert 1", -1, 0);
    requireRefused("slot 4 for expert 0", 1, 4);
  }
}
