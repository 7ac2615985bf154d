package io.stagger.samples.tinymoe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.Cluster;
import io.stagger.api.runtime.MoeOutput;
import io.stagger.api.runtime.TokenBatch;
import io.stagger.engine.Plan;
import io.stagger.engine.PlanRequest;
import io.stagger.engine.Stagger;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.text.Generation;
import io.stagger.engine.text.PlacedModel;
import io.stagger.engine.text.TextModel;
import io.stagger.engine.text.TextScore;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceBatch;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceReader;
import io.stagger.engine.trace.TraceWriter;
import io.stagger.engine.trace.record.TraceRecorder;
import io.stagger.weights.ProgressListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole path: checkpoint, weight store, placement, runtime, text. */
class GoldenRunTest {

  private static final Golden GOLDEN = Golden.read();
  private static final Cluster CLUSTER = Cluster.of(1, 8, 64);
  private static final int TOP_K = 6;

  private static Stagger stagger;
  private static TextModel model;
  private PlacedModel placed;

  @BeforeAll
  static void convert() {
    stagger = Stagger.open(StaggerConfig.builder().build());
    model = TextModel.open(stagger, Golden.modelDirectory(), ProgressListener.NONE);
  }

  @AfterAll
  static void close() {
    model.close();
    stagger.close();
  }

  @BeforeEach
  void place() {
    placed = place("zigzag");
  }

  private static PlacedModel place(String strategy) {
    Plan plan = stagger.plan(PlanRequest.of(model.model().shape(), CLUSTER).withStrategy(strategy));
    return model.place(CLUSTER, plan.placement());
  }

  @AfterEach
  void release() {
    placed.close();
  }

  @Test
  void choosesTheGoldenExpertsInEveryLayer() {
    List<MoeOutput> layers = runPrompt();

    for (int layer = 0; layer < 4; layer++) {
      assertThat(layers.get(layer).routing().experts())
          .as("layer " + layer)
          .isEqualTo(GOLDEN.routes(layer));
    }
  }

  @Test
  void tracesTheGoldenRoutesOfEveryTokenInOrder(@TempDir Path folder) {
    Path file = folder.resolve("prompt.arrow");
    Plan plan = stagger.plan(PlanRequest.of(model.model().shape(), CLUSTER).withStrategy("linear"));
    TraceHeader header = TraceHeader.of(model.model().shape());
    try (TraceRecorder recorder = new TraceRecorder(TraceWriter.create(file, header));
        PlacedModel traced = model.place(CLUSTER, plan.placement(), Optional.of(recorder))) {
      traced.generate(model.language().encode(GOLDEN.prompt()), 4);
      recorder.finish();
    }

    try (TraceReader reader = TraceReader.open(file)) {
      TraceBatch batch = reader.next().orElseThrow();
      assertThat(batch.tokens()).isEqualTo(Golden.PROMPT_BYTES + 3);
      for (int token = 0; token < batch.tokens(); token++) {
        boolean prompt = token < Golden.PROMPT_BYTES;
        assertThat(batch.position(token)).isEqualTo(token);
        assertThat(batch.phase(token)).isEqualTo(prompt ? Phase.PREFILL : Phase.DECODE);
        for (int at = 0; prompt && at < 4 * TOP_K; at++) {
          assertThat(batch.expert(token, at / TOP_K, at % TOP_K))
              .as("token %d, layer %d, choice %d", token, at / TOP_K, at % TOP_K)
              .isEqualTo(GOLDEN.routes(at / TOP_K)[token * TOP_K + at % TOP_K]);
        }
      }
    }
  }

  @Test
  void weighsThemAsTheGoldenRunDoes() {
    List<MoeOutput> layers = runPrompt();

    for (int layer = 0; layer < 4; layer++) {
      double[] golden = GOLDEN.weights(layer);
      for (int i = 0; i < golden.length; i++) {
        float weight = layers.get(layer).routing().weight(i / TOP_K, i % TOP_K);
        assertThat((double) weight)
            .as("layer %d, token %d, choice %d", layer, i / TOP_K, i % TOP_K)
            .isCloseTo(golden[i], Percentage.withPercentage(0.1));
      }
    }
  }

  @Test
  void givesTheGoldenLogits() {
    float[] logits = promptLogits(new ArrayList<>());

    assertThat(Logits.relativeError(logits, Golden.logits())).isLessThan(1e-3);
    assertThat(Logits.argmax(logits, 256)).isEqualTo(GOLDEN.greedyNext());
  }

  @ParameterizedTest
  @ValueSource(strings = {"drama", "python", "german", "chinese"})
  void scoresATextAsTheGoldenRunDoes(String text) {
    TextScore score = placed.score(model.language().encode(Golden.text(text)));

    assertThat(score.bytes()).isEqualTo(GOLDEN.bytesScored(text));
    assertThat(score.bitsPerByte())
        .hasValueCloseTo(GOLDEN.bitsPerByte(text), Percentage.withPercentage(0.2));
    double[][] counts = GOLDEN.expertCounts(text);
    for (int layer = 0; layer < counts.length; layer++) {
      assertThat(placed.statistics().load().layer(layer))
          .as("expert counts of layer " + layer)
          .containsExactly(counts[layer], within(0.005 * score.tokens()));
    }
  }

  @Test
  void continuesThePromptAsTheGoldenRunDoes() {
    Generation generation = placed.generate(model.language().encode(GOLDEN.prompt()), 64);

    assertThat(generation.tokens().stream().mapToInt(Integer::intValue).toArray())
        .isEqualTo(GOLDEN.continuation());
  }

  @Test
  void givesTheSameBitsUnderEveryPlacement() {
    int[] text = model.language().encode(Golden.text("german"));
    String digest = placed.score(text).digest();
    try (PlacedModel linear = place("linear")) {
      assertThat(linear.score(text).digest()).isEqualTo(digest);
      assertThat(linear.runtime().placement()).isNotEqualTo(placed.runtime().placement());
    }
  }

  @Test
  void provesEverySlotOfEveryRank() {
    assertThat(placed.runtime().proofs())
        .hasSize(8)
        .allSatisfy(proof -> {
          assertThat(proof.slots()).isEqualTo(4 * 8);
          assertThat(proof.placementFingerprint())
              .isEqualTo(placed.runtime().placement().fingerprint());
        });
  }

  private List<MoeOutput> runPrompt() {
    List<MoeOutput> layers = new ArrayList<>();
    float[] logits = promptLogits(layers);
    assertThat(logits).hasSize(Golden.PROMPT_BYTES * 256);
    return layers;
  }

  private float[] promptLogits(List<MoeOutput> layers) {
    int width = placed.runtime().spec().hiddenSize();
    return model
        .language()
        .begin((layer, hidden) -> {
          MoeOutput output = placed.runtime().forward(TokenBatch.of(layer, hidden, width));
          layers.add(output);
          return output.hidden().toFloats();
        })
        .append(model.language().encode(GOLDEN.prompt()));
  }
}
