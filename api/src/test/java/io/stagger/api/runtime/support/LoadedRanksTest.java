package io.stagger.api.runtime.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.MoeSpec;
import io.stagger.api.Placement;
import io.stagger.api.RouterSpec;
import io.stagger.api.error.WeightMismatchException;
import io.stagger.api.error.WeightStoreException;
import io.stagger.api.weights.ExpertWeights;
import io.stagger.api.weights.LoadProof;
import io.stagger.api.weights.RankWeights;
import io.stagger.api.weights.Tensor;
import io.stagger.api.weights.WeightLoader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoadedRanksTest {

  private static final MoeSpec SPEC =
      new MoeSpec(ModelShape.of(1, 3, 1, 1, 1), RouterSpec.softmaxNormalized(), 2, 1, 0, false);

  /** Rank 1's second slot is empty. */
  private static final Placement PLACEMENT =
      Placement.of(Cluster.of(1, 2, 4).layout(), 3, new int[][] {{0, 1, 2, Placement.EMPTY}});

  private final WeightLoader loader = mock(WeightLoader.class);
  private final RankWeights first = mock(RankWeights.class);
  private final RankWeights second = mock(RankWeights.class);

  @BeforeEach
  void twoRanks() {
    when(loader.spec()).thenReturn(SPEC);
    prepare(first, 0, 2);
    prepare(second, 1, 1);
  }

  private void prepare(RankWeights rank, int number, int slots) {
    when(loader.load(PLACEMENT, number)).thenReturn(rank);
    when(rank.rank()).thenReturn(number);
    when(rank.prove(PLACEMENT)).thenReturn(proof(number, slots));
    when(rank.slot(anyInt(), anyInt())).thenReturn(expert(2));
  }

  private static LoadProof proof(int rank, int slots) {
    return new LoadProof(rank, slots, 24L * slots, PLACEMENT.fingerprint());
  }

  private static ExpertWeights expert(int hidden) {
    return new ExpertWeights(
        Tensor.ofFloats(new float[hidden], 1, hidden),
        Tensor.ofFloats(new float[hidden], 1, hidden),
        Tensor.ofFloats(new float[hidden], hidden, 1));
  }

  private LoadedRanks load() {
    return LoadedRanks.load(PLACEMENT, loader);
  }

  @Test
  void holdProofsInRankOrderAndFindASlotOnItsRank() {
    ExpertWeights third = expert(2);
    when(second.slot(0, 0)).thenReturn(third);

    LoadedRanks ranks = load();

    assertThat(ranks.placement()).isEqualTo(PLACEMENT);
    assertThat(ranks.proofs()).containsExactly(proof(0, 2), proof(1, 1));
    assertThat(ranks.expert(0, 2)).isSameAs(third);
  }

  @Test
  void refuseAProofOfOtherSlotsRanksOrPlacements() {
    LoadProof[] wrong = {proof(1, 2), proof(0, 1), new LoadProof(1, 1, 24, "another placement")};
    for (LoadProof proof : wrong) {
      when(second.prove(any())).thenReturn(proof);
      assertThatExceptionOfType(WeightMismatchException.class)
          .isThrownBy(this::load)
          .withMessageContaining("rank 1");
    }
  }

  @Test
  void closeWhatWasLoadedWhenAnExpertHasAnotherShape() {
    when(second.slot(0, 0)).thenReturn(expert(3));

    assertThatExceptionOfType(WeightStoreException.class)
        .isThrownBy(this::load)
        .withMessageContaining("layer 0, slot 2");

    verify(first).close();
    verify(second).close();
  }

  @Test
  void closeEveryRankAlsoWhereOneFailsToClose() {
    doThrow(new IllegalStateException("first")).when(first).close();
    doThrow(new IllegalStateException("second")).when(second).close();
    LoadedRanks ranks = load();

    assertThatIllegalStateException()
        .isThrownBy(ranks::close)
        .withMessage("first")
        .satisfies(error -> assertThat(error.getSuppressed()).hasSize(1));

    verify(second).close();
  }
}
