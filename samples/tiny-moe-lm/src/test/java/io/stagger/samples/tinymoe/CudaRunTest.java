package io.stagger.samples.tinymoe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stagger.api.Cluster;
import io.stagger.api.error.RuntimeUnavailableException;
import io.stagger.api.runtime.MoeOutput;
import io.stagger.api.runtime.TokenBatch;
import io.stagger.engine.PlanRequest;
import io.stagger.engine.Stagger;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.text.PlacedModel;
import io.stagger.engine.text.TextModel;
import io.stagger.weights.ProgressListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The whole path with the CUDA runtime, on the driver for tests that runs its kernels on the CPU.
 */
class CudaRunTest {

  private static final Golden GOLDEN = Golden.read();
  private static final Cluster CLUSTER = Cluster.of(1, 2, 64);

  private static Path testDriver() {
    Path library =
        Path.of(System.getProperty("io.stagger.root"))
            .resolve("runtime-cuda/target/testdriver/libstagger-testcuda.so");
    assumeTrue(Files.exists(library), "no test driver: g++ was missing when it was built");
    return library;
  }

  private static StaggerConfig config(String backend, String library, String kernels) {
    return StaggerConfig.builder()
        .set("runtime.backend", backend)
        .set("runtime.cuda.library", library)
        .set("runtime.cuda.kernels", kernels)
        .set("runtime.cuda.tokens", "40")
        .build();
  }

  private interface Use {
    void of(TextModel model, PlacedModel placed);
  }

  private static void withModel(StaggerConfig config, Use use) {
    try (Stagger stagger = Stagger.open(config);
        TextModel model = TextModel.open(stagger, Golden.modelDirectory(), ProgressListener.NONE)) {
      PlanRequest request = PlanRequest.of(model.model().shape(), CLUSTER).withStrategy("zigzag");
      try (PlacedModel placed = model.place(CLUSTER, stagger.plan(request).placement())) {
        use.of(model, placed);
      }
    }
  }

  private static float[] promptLogits(TextModel model, PlacedModel placed, List<MoeOutput> layers) {
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

  @ParameterizedTest
  @ValueSource(strings = {"plain", "tensor"})
  void givesTheGoldenExpertsAndLogits(String kernels) {
    withModel(
        config("cuda", testDriver().toString(), kernels),
        (model, placed) -> {
          List<MoeOutput> layers = new ArrayList<>();
          float[] logits = promptLogits(model, placed, layers);

          assertThat(placed.runtime().description()).startsWith("cuda: ").contains(kernels);
          for (int layer = 0; layer < 4; layer++) {
            assertThat(layers.get(layer).routing().experts()).isEqualTo(GOLDEN.routes(layer));
          }
          assertThat(Logits.relativeError(logits, Golden.logits())).isLessThan(1e-3);
          assertThat(Logits.argmax(logits, 256)).isEqualTo(GOLDEN.greedyNext());
          assertThat(placed.runtime().drainLoad().total(0)).isEqualTo(6.0 * Golden.PROMPT_BYTES);
        });
  }

  @Test
  void fallsBackToTheCpuAndSaysWhyWhereAnyBackendWillDo() {
    try (Stagger stagger = Stagger.open(config("auto", "/no/such/libcuda.so.1", "plain"))) {
      assertThat(stagger.chooseBackend().backend().name()).isEqualTo("cpu");
      assertThat(stagger.chooseBackend().reason())
          .contains("cuda is not available: ")
          .contains("cannot load /no/such/libcuda.so.1");
    }
  }

  @Test
  void failsWithTheReasonWhereCudaIsAskedForAndThereIsNoDriver() {
    assertThatExceptionOfType(RuntimeUnavailableException.class)
        .isThrownBy(() ->
            withModel(config("cuda", "/no/such/libcuda.so.1", "plain"), (model, placed) -> {}))
        .withMessageContaining("cannot load /no/such/libcuda.so.1")
        .withMessageContaining("Set runtime.backend=auto");
  }
}
