package io.stagger.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stagger.api.runtime.MoeOutput;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.Routing;
import io.stagger.api.runtime.RuntimeBackend;
import io.stagger.api.runtime.RuntimeRequest;
import io.stagger.api.runtime.TokenBatch;
import io.stagger.api.strategy.Options;
import io.stagger.api.weights.TensorType;
import io.stagger.runtime.cpu.CpuBackend;
import io.stagger.testkit.Deployment;
import io.stagger.testkit.DoubleOracle;
import io.stagger.testkit.DoubleOracle.Bounded;
import io.stagger.testkit.ReplicaPick;
import io.stagger.testkit.SyntheticModel;
import io.stagger.testkit.SyntheticModels;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same model on the CPU runtime and on the test driver. Both must be within the oracle's bound
 * of the exact result, so they are within twice that of each other.
 */
class CpuAgreementTest {

  private static final int TOKENS = 23;

  private static final Options CPU_OPTIONS = Options.empty().with("kernels", "scalar");

  private final TestDriver driver = TestDriver.fresh();

  static List<SyntheticModel> models() {
    return SyntheticModels.all();
  }

  private static MoeRuntime open(SyntheticModel model, RuntimeBackend backend, Options options) {
    Deployment deployment = Deployment.steps(model.spec().shape()).getFirst();
    return backend.open(
        new RuntimeRequest(
            deployment.cluster(),
            deployment.placement(),
            model.loader(),
            ReplicaPick.SPREAD,
            options));
  }

  private static TokenBatch batch(SyntheticModel model) {
    int width = model.spec().hiddenSize();
    return TokenBatch.of(0, model.hidden(TOKENS, 31), width);
  }

  @ParameterizedTest
  @MethodSource("models")
  void choosesTheSameExpertsWithTheSameWeights(SyntheticModel model) {
    try (MoeRuntime cpu = open(model, new CpuBackend(), CPU_OPTIONS);
        MoeRuntime cuda = open(model, new CudaBackend(), driver.options())) {
      Routing expected = cpu.route(batch(model));
      Routing found = cuda.route(batch(model));

      assertThat(found.experts()).isEqualTo(expected.experts());
      for (int choice = 0; choice < TOKENS * expected.topK(); choice++) {
        int token = choice / expected.topK();
        float weight = expected.weight(token, choice % expected.topK());
        assertThat(found.weight(token, choice % expected.topK()))
            .as("token " + token)
            .isCloseTo(weight, within(Math.ulp(weight)));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void computesTheSameWithPlainKernels(SyntheticModel model) {
    requireAgreement(model, driver.options(), 0);
  }

  @ParameterizedTest
  @MethodSource("models")
  void computesTheSameWithTensorKernels(SyntheticModel model) {
    double operandError = model.type() == TensorType.F32 ? 0 : 0x1p-17;
    requireAgreement(model, driver.options().with("kernels", "auto"), operandError);
  }

  private void requireAgreement(SyntheticModel model, Options options, double operandError) {
    TokenBatch batch = batch(model);
    DoubleOracle oracle = new DoubleOracle(model, operandError);
    int width = model.spec().hiddenSize();
    try (MoeRuntime cpu = open(model, new CpuBackend(), CPU_OPTIONS);
        MoeRuntime cuda = open(model, new CudaBackend(), options)) {
      Routing routing = cpu.route(batch);
      MoeOutput expected = cpu.experts(batch, routing);
      MoeOutput found = cuda.experts(batch, routing);
      for (int token = 0; token < TOKENS; token++) {
        List<Bounded> exact = exact(oracle, batch, routing, token);
        for (int i = 0; i < width; i++) {
          long at = (long) token * width + i;
          assertThat((double) found.hidden().get(at))
              .as("token %d, value %d", token, i)
              .isCloseTo(expected.hidden().get(at), within(2 * exact.get(i).bound()));
        }
      }
    }
  }

  private static List<Bounded> exact(
      DoubleOracle oracle, TokenBatch batch, Routing routing, int token) {
    int width = batch.hidden().size(1);
    int topK = routing.topK();
    float[] weights = new float[topK];
    for (int choice = 0; choice < topK; choice++) {
      weights[choice] = routing.weight(token, choice);
    }
    float[] hidden =
        Arrays.copyOfRange(batch.hidden().toFloats(), token * width, (token + 1) * width);
    int[] experts = Arrays.copyOfRange(routing.experts(), token * topK, (token + 1) * topK);
    return oracle.output(batch.layer(), hidden, experts, weights);
  }
}
