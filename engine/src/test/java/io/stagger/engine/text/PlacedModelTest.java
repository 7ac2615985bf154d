package io.stagger.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.Cluster;
import io.stagger.api.Placement;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.routing.CoSelection;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceReader;
import io.stagger.engine.trace.TraceToken;
import io.stagger.engine.trace.TraceWriter;
import io.stagger.engine.trace.Traces;
import io.stagger.engine.trace.record.TraceRecorder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlacedModelTest {

  private static final Cluster CLUSTER = Cluster.of(2, 4, 8);
  private static final Placement LINEAR =
      Placement.of(CLUSTER.layout(), 8, new int[][] {{0, 1, 2, 3, 4, 5, 6, 7}});
  private static final Placement ZIGZAG =
      Placement.of(CLUSTER.layout(), 8, new int[][] {{0, 4, 1, 5, 2, 6, 3, 7}});

  private final CountingModel language = new CountingModel(4);
  private final CountingRuntime runtime = new CountingRuntime(LINEAR);
  private final PlacedModel model = new PlacedModel(language, runtime, CLUSTER);

  @Test
  void scoresATextInWindowsThatDoNotOverlap() {
    model.score(language.encode("0123456012"));

    assertThat(language.reads())
        .containsExactly(List.of(-1, 0, 1, 2, 3), List.of(-1, 4, 5, 6, 0), List.of(-1, 1));
  }

  @Test
  void predictsEveryTokenButTheFirst() {
    TextScore score = model.score(language.encode("012356"));

    // Right after 0, 1, 2 and 5; after 3 the model expected 4.
    double right = Math.log(Math.exp(5) + 7) - 5;
    double wrong = Math.log(Math.exp(5) + 7);
    assertThat(score.tokens()).isEqualTo(5);
    assertThat(score.nats()).isCloseTo(4 * right + wrong, within(1e-12));
    assertThat(score.bitsPerByte()).hasValueCloseTo(score.nats() / 5 / Math.log(2), within(1e-12));
  }

  @Test
  void countsBytesOfTextRatherThanTokens() {
    TextScore score = model.score(language.encode("6771"));

    assertThat(score.tokens()).isEqualTo(3);
    assertThat(score.bytes()).isEqualTo(7);
  }

  @Test
  void predictsNothingOfATextOfOneToken() {
    TextScore score = model.score(language.encode("5"));

    assertThat(score.tokens()).isZero();
    assertThat(score.bitsPerByte()).isEmpty();
    assertThat(language.reads()).isEmpty();
  }

  @Test
  void digestsTheBitsOfAllLogitsInOrder() throws Exception {
    TextScore score = model.score(language.encode("01"));

    ByteBuffer bits = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
    bits.putFloat(4, 5.0f);
    byte[] expected = MessageDigest.getInstance("SHA-256").digest(bits.array());
    assertThat(score.digest()).isEqualTo(HexFormat.of().formatHex(expected));
  }

  @Test
  void recordsAPromptAsPrefillAndWhatFollowsAsDecode(@TempDir Path folder) {
    Path file = folder.resolve("trace.arrow");
    TraceHeader header = TraceHeader.of(CountingRuntime.SHAPE);
    try (TraceRecorder recorder = new TraceRecorder(TraceWriter.create(file, header))) {
      new PlacedModel(language, runtime, CLUSTER, Optional.of(recorder))
          .generate(language.encode("56"), 3);
      recorder.finish();
    }

    try (TraceReader reader = TraceReader.open(file)) {
      assertThat(Traces.all(reader))
          .containsExactly(
              TraceToken.of(0, 0, Phase.PREFILL, new char[] {5, 6}).withSourceRank(0),
              TraceToken.of(0, 1, Phase.PREFILL, new char[] {6, 7}).withSourceRank(0),
              TraceToken.of(0, 2, Phase.DECODE, new char[] {7, 0}).withSourceRank(0),
              TraceToken.of(0, 3, Phase.DECODE, new char[] {0, 1}).withSourceRank(0));
    }
  }

  @Test
  void givesAnotherDigestForAnotherText() {
    assertThat(model.score(language.encode("0123")).digest())
        .isNotEqualTo(model.score(language.encode("0133")).digest());
  }

  @Test
  void letsTheWindowsComeFromTheRanksThatAreUpInTurn() {
    Cluster cluster = CLUSTER.withRanksDown(1);
    Placement placement =
        Placement.of(
            Cluster.of(1, 4, 16).layout(),
            8,
            new int[][] {{0, 1, 2, 3, -1, -1, -1, -1, 4, 5, 6, 7, -1, -1, -1, -1}});
    CountingRuntime withoutOne = new CountingRuntime(placement);

    new PlacedModel(language, withoutOne, cluster).score(new int[4 * 4 + 1]);

    assertThat(withoutOne.sources()).containsExactly(0, 2, 3, 0);
  }

  @Test
  void countsTheWorkOfEveryRank() {
    model.score(language.encode("0123"));

    // Token 0 goes to experts 0 and 1, token 1 to 1 and 2, token 2 to 2 and 3.
    RoutingStatistics statistics = model.statistics();
    assertThat(statistics.tokens(0)).isEqualTo(3);
    assertThat(statistics.load().layer(0)).containsExactly(1, 2, 2, 1, 0, 0, 0, 0);
    assertThat(statistics.rankTokens(0)).containsExactly(3, 3, 0, 0);
    assertThat(statistics.balance(CLUSTER).imbalance()).isCloseTo(1, within(1e-12));
  }

  @Test
  void countsTheRanksAndNodesThatATokenVisits() {
    model.score(language.encode("0123"));
    PlacedModel striped = new PlacedModel(language, new CountingRuntime(ZIGZAG), CLUSTER);
    striped.score(language.encode("0123"));

    assertThat(model.statistics().fanOut()).isCloseTo(4.0 / 3, within(1e-12));
    assertThat(model.statistics().nodeFanOut()).isCloseTo(1, within(1e-12));
    assertThat(striped.statistics().fanOut()).isCloseTo(2, within(1e-12));
    assertThat(striped.statistics().nodeFanOut()).isCloseTo(4.0 / 3, within(1e-12));
  }

  @Test
  void countsWhichExpertsWereChosenTogether() {
    model.score(language.encode("01230"));

    CoSelection together = model.statistics().coSelection().orElseThrow();
    assertThat(together.count(0, 0, 1)).isEqualTo(1);
    assertThat(together.count(0, 1, 0)).isEqualTo(1);
    assertThat(together.count(0, 3, 4)).isEqualTo(1);
    assertThat(together.count(0, 0, 2)).isZero();
    assertThat(together.count(0, 1, 1)).isEqualTo(2);
  }

  @Test
  void continuesAText() {
    Generation generation = model.generate(language.encode("12"), 2);

    assertThat(generation.text()).isEqualTo("34");
    assertThat(generation.tokens()).containsExactly(3, 4);
    assertThat(language.reads()).containsExactly(List.of(-1, 1, 2), List.of(3));
  }

  @Test
  void readsHalfAContextAnewWhereTheTextOutgrowsIt() {
    Generation generation = model.generate(language.encode("5670123"), 4);

    assertThat(generation.text()).isEqualTo("4567");
    assertThat(language.reads())
        .containsExactly(List.of(-1, 0, 1, 2, 3), List.of(-1, 3, 4), List.of(5), List.of(6));
  }

  @Test
  void generatesNothingIfAskedForNothing() {
    assertThat(model.generate(language.encode("1"), 0).text()).isEmpty();
  }

  @Test
  void refusesAnEmptyPrompt() {
    assertThatThrownBy(() -> model.generate(new int[0], 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("text: an empty prompt; expected at least one token");
  }

  @Test
  void refusesACountOutOfRange() {
    assertThatThrownBy(() -> model.generate(new int[] {1}, 65_537))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("text: 65537 new tokens; expected 0 to 65536");
  }

  @Test
  void closesTheRuntime() {
    model.close();

    assertThat(runtime.isClosed()).isTrue();
  }
}
