package io.stagger.runtime.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.ModelShape;
import io.stagger.api.RouterSpec;
import io.stagger.api.RouterSpec.GroupScore;
import io.stagger.api.RouterSpec.Scoring;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.runtime.Routing;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReferenceRouterTest {

  /** From vLLM's test_grouped_topk.py: equal scores go to the lower index. */
  @Test
  void equalScoresGoToTheLowestExpertsAsInVllm() {
    RouterSpec spec = new RouterSpec(Scoring.SIGMOID, GroupScore.TOP2_SUM, true, true, 2.5);
    Routing routing = route(ModelShape.of(1, 256, 16, 8, 4), spec, new float[256], new double[256]);
    assertThat(routing.experts()).isEqualTo(IntStream.range(0, 16).toArray());
    for (int choice = 0; choice < 16; choice++) {
      assertThat(routing.weight(0, choice)).isEqualTo(2.5f / 16);
    }
  }

  @Test
  void expertsComeBestFirst() {
    Routing routing = route(ModelShape.of(1, 4, 3, 1, 1), softmax(false, 1), 0.1, 3, 2, 2.5);
    assertThat(routing.experts()).containsExactly(1, 3, 2);
  }

  @Test
  void softmaxWeightsAreSharesOfAllExperts() {
    Routing routing =
        route(
            ModelShape.of(1, 4, 2, 1, 1),
            softmax(false, 1),
            Math.log(4),
            Math.log(3),
            Math.log(2),
            Math.log(1));
    assertThat(routing.weight(0, 0)).isCloseTo(0.4f, within(1e-7f));
    assertThat(routing.weight(0, 1)).isCloseTo(0.3f, within(1e-7f));
  }

  @Test
  void normalizedWeightsAreSharesOfTheChosen() {
    Routing routing =
        route(ModelShape.of(1, 3, 2, 1, 1), softmax(true, 1), Math.log(3), Math.log(1), -50);
    assertThat(routing.weight(0, 0)).isCloseTo(0.75f, within(1e-7f));
    assertThat(routing.weight(0, 1)).isCloseTo(0.25f, within(1e-7f));
  }

  @Test
  void theScalingFactorIsAppliedAfterNormalisation() {
    Routing routing =
        route(ModelShape.of(1, 3, 2, 1, 1), softmax(true, 2.5), Math.log(3), Math.log(1), -50);
    assertThat(routing.weight(0, 0)).isCloseTo(1.875f, within(1e-6f));
  }

  @Test
  void sigmoidScoresStandAlone() {
    RouterSpec spec = new RouterSpec(Scoring.SIGMOID, GroupScore.MAX, false, false, 1);
    Routing routing = route(ModelShape.of(1, 2, 1, 1, 1), spec, logit(0.8), logit(0.9));
    assertThat(routing.expert(0, 0)).isEqualTo(1);
    assertThat(routing.weight(0, 0)).isCloseTo(0.9f, within(1e-7f));
  }

  @Test
  void theCorrectionBiasChoosesButDoesNotWeigh() {
    RouterSpec spec = new RouterSpec(Scoring.SIGMOID, GroupScore.TOP2_SUM, true, false, 1);
    Routing routing =
        route(
            ModelShape.of(1, 3, 1, 1, 1),
            spec,
            new float[] {0, 0, 1},
            new double[] {logit(0.9), logit(0.5), logit(0.2)});
    assertThat(routing.expert(0, 0)).isEqualTo(2);
    assertThat(routing.weight(0, 0)).isCloseTo(0.2f, within(1e-7f));
  }

  @Test
  void aGroupIsWorthItsBestExpert() {
    Routing routing =
        route(
            ModelShape.of(1, 4, 2, 2, 1),
            new RouterSpec(Scoring.SIGMOID, GroupScore.MAX, false, false, 1),
            logit(0.9),
            logit(0.1),
            logit(0.6),
            logit(0.5));
    assertThat(routing.experts()).containsExactly(0, 1);
  }

  @Test
  void aGroupIsWorthItsTwoBestExperts() {
    Routing routing =
        route(
            ModelShape.of(1, 4, 2, 2, 1),
            new RouterSpec(Scoring.SIGMOID, GroupScore.TOP2_SUM, false, false, 1),
            logit(0.9),
            logit(0.1),
            logit(0.6),
            logit(0.5));
    assertThat(routing.experts()).containsExactly(2, 3);
  }

  @Test
  void groupsOfOneExpertAreWorthThatExpert() {
    Routing routing =
        route(
            ModelShape.of(1, 3, 2, 3, 2),
            new RouterSpec(Scoring.SIGMOID, GroupScore.TOP2_SUM, false, false, 1),
            logit(0.2),
            logit(0.4),
            logit(0.3));
    assertThat(routing.experts()).containsExactly(1, 2);
  }

  /** Masking with 0 instead of leaving out would choose expert 0 here. */
  @Test
  void anExpertOfAClosedGroupIsNeverChosenEvenIfAllOpenScoresAreNegative() {
    RouterSpec spec = new RouterSpec(Scoring.SIGMOID, GroupScore.MAX, true, false, 1);
    Routing routing =
        route(
            ModelShape.of(1, 4, 2, 2, 1),
            spec,
            new float[] {-9, -9, -2, -3},
            new double[] {logit(0.9), logit(0.9), logit(0.5), logit(0.5)});
    assertThat(routing.experts()).containsExactly(2, 3);
  }

  @Test
  void equalGroupsGoToTheLowestGroup() {
    Routing routing = route(ModelShape.of(1, 6, 1, 3, 1), softmax(false, 1), -1, -1, 1, 1, 1, 1);
    assertThat(routing.expert(0, 0)).isEqualTo(2);
  }

  @Test
  void largeLogitsDoNotOverflow() {
    Routing routing = route(ModelShape.of(1, 3, 2, 1, 1), softmax(true, 1), 1e30, -1e30, 1e30);
    assertThat(routing.experts()).containsExactly(0, 2);
    assertThat(routing.weight(0, 0)).isEqualTo(0.5f);
  }

  @Test
  void aSumOfZeroGivesZeroWeightsNotNan() {
    RouterSpec spec = new RouterSpec(Scoring.SIGMOID, GroupScore.MAX, false, true, 1);
    Routing routing = route(ModelShape.of(1, 2, 1, 1, 1), spec, -1e4, -1e4);
    assertThat(routing.weight(0, 0)).isZero();
  }

  @Test
  void aNanLogitIsRefusedByTokenAndExpert() {
    double[] logits = new double[9];
    logits[7] = Double.NaN;
    ModelShape shape = ModelShape.of(1, 3, 1, 1, 1);
    assertThatThrownBy(() -> route(shape, softmax(true, 1), new float[3], logits))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("token 2, expert 1")
        .hasMessageContaining("NaN");
  }

  @Test
  void anInfiniteLogitIsRefused() {
    ModelShape shape = ModelShape.of(1, 2, 1, 1, 1);
    assertThatThrownBy(() -> route(shape, softmax(true, 1), 0, Double.NEGATIVE_INFINITY))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void logitsOfAnotherNumberOfExpertsAreRefused() {
    ModelShape shape = ModelShape.of(1, 3, 1, 1, 1);
    assertThatThrownBy(() -> route(shape, softmax(true, 1), new float[3], new double[4]))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> route(shape, softmax(true, 1), new float[2], new double[3]))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void aTokenIsRoutedApartFromTheOthers() {
    ModelShape shape = ModelShape.of(1, 6, 2, 3, 2);
    double[] logits = new SplittableRandom(5).doubles(60, -3, 3).toArray();
    Routing whole = route(shape, softmax(true, 1), new float[6], logits);
    for (int token = 0; token < 10; token++) {
      double[] own = Arrays.copyOfRange(logits, token * 6, token * 6 + 6);
      Routing alone = route(shape, softmax(true, 1), new float[6], own);
      for (int choice = 0; choice < 2; choice++) {
        assertThat(whole.expert(token, choice)).isEqualTo(alone.expert(0, choice));
        assertThat(whole.weight(token, choice)).isEqualTo(alone.weight(0, choice));
      }
    }
  }

  private static RouterSpec softmax(boolean normalize, double factor) {
    return new RouterSpec(Scoring.SOFTMAX, GroupScore.MAX, false, normalize, factor);
  }

  private static double logit(double probability) {
    return Math.log(probability / (1 - probability));
  }

  private static Routing route(ModelShape shape, RouterSpec spec, double... logits) {
    return route(shape, spec, new float[shape.experts()], logits);
  }

  private static Routing route(ModelShape shape, RouterSpec spec, float[] bias, double[] logits) {
    return new ReferenceRouter(shape, spec).route(logits, bias);
  }
}
