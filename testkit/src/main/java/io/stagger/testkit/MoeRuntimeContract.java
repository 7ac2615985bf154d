package io.stagger.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.stagger.api.Load;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.runtime.MoeOutput;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.ReplicaPolicy;
import io.stagger.api.runtime.Routing;
import io.stagger.api.runtime.TokenBatch;
import io.stagger.api.strategy.Options;
import io.stagger.api.weights.Tensor;
import io.stagger.api.weights.TensorType;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every runtime must do. Extend it, name the backend, and all of it is tested: the numbers
 * against a double-precision oracle, the same bits under every placement, batch and option, load
 * counts, and all of {@link MoeRuntimeLifecycleContract}. Skipped where the backend is not
 * available.
 */
public abstract class MoeRuntimeContract extends MoeRuntimeLifecycleContract {

  /** Scores that are closer than this may be ordered otherwise. */
  private static final double CLEAR_MARGIN = 1e-5;

  private static final int TOKENS = 37;

  /**
   * Options under which the bits must be those of {@link #options}; all threads and kernels that
   * promise it. None unless said otherwise.
   */
  protected List<Options> variants() {
    return List.of();
  }

  /**
   * The largest relative error with which it rounds what it multiplies a model's experts with; 0,
   * which is float's own precision, unless said otherwise.
   */
  protected double operandError(SyntheticModel model) {
    return 0;
  }

  @ParameterizedTest
  @MethodSource("models")
  void routesAsTheOracleDoes(SyntheticModel model) {
    DoubleOracle oracle = new DoubleOracle(model);
    try (MoeRuntime runtime = open(model)) {
      for (int layer = 0; layer < model.spec().shape().layers(); layer++) {
        TokenBatch batch = batch(model, layer, TOKENS);
        Routing routing = runtime.route(batch);
        int clear = 0;
        for (int token = 0; token < TOKENS; token++) {
          DoubleOracle.Route route = oracle.route(layer, row(batch, token));
          if (route.margin() > CLEAR_MARGIN) {
            clear++;
            requireSameRoute(route, routing, token);
          }
        }
        assertTrue(clear > TOKENS * 9 / 10, clear + " of " + TOKENS + " tokens are clear");
      }
    }
  }

  private static void requireSameRoute(DoubleOracle.Route route, Routing routing, int token) {
    for (int choice = 0; choice < routing.topK(); choice++) {
      double weight = route.weights().get(choice);
      assertEquals(route.experts().get(choice), routing.expert(token, choice), "token " + token);
      assertEquals(weight, routing.weight(token, choice), 1e-5 * weight, "token " + token);
    }
  }

  @Test
  void givesTiesToTheLowestExpertsOfTheLowestGroups() {
    SyntheticModel model = SyntheticModels.deepSeekV2();
    try (MoeRuntime runtime = open(model)) {
      float[] zeros = new float[model.spec().hiddenSize()];
      Routing routing = runtime.route(TokenBatch.of(0, zeros, zeros.length));
      assertArrayEquals(new int[] {0, 1, 2, 3}, routing.experts());
      assertEquals(1.0f, routing.weight(0, 3), 1e-6f);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void computesWhatTheOracleComputes(SyntheticModel model) {
    DoubleOracle oracle = new DoubleOracle(model, operandError(model));
    try (MoeRuntime runtime = open(model)) {
      for (int layer = 0; layer < model.spec().shape().layers(); layer++) {
        TokenBatch batch = batch(model, layer, TOKENS);
        MoeOutput output = runtime.forward(batch);
        for (int token = 0; token < TOKENS; token++) {
          requireWithinBound(oracle, batch, output, token);
        }
      }
    }
  }

  private static void requireWithinBound(
      DoubleOracle oracle, TokenBatch batch, MoeOutput output, int token) {
    Routing routing = output.routing();
    int[] experts = new int[routing.topK()];
    float[] weights = new float[routing.topK()];
    for (int choice = 0; choice < experts.length; choice++) {
      experts[choice] = routing.expert(token, choice);
      weights[choice] = routing.weight(token, choice);
    }
    List<DoubleOracle.Bounded> exact =
        oracle.output(batch.layer(), row(batch, token), experts, weights);
    int width = exact.size();
    for (int i = 0; i < width; i++) {
      DoubleOracle.Bounded value = exact.get(i);
      String what = "layer " + batch.layer() + ", token " + token + ", value " + i;
      assertEquals(
          value.value(), output.hidden().get((long) token * width + i), value.bound(), what);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void givesTheSameBitsUnderEveryPlacementAndReplicaChoice(SyntheticModel model) {
    TokenBatch batch = batch(model, model.spec().shape().layers() - 1, TOKENS);
    float[] expected = reference(model, batch);
    for (Deployment deployment : Deployment.manyOf(model.spec().shape())) {
      for (ReplicaPolicy policy : ReplicaPick.values()) {
        try (MoeRuntime runtime = open(model.loader(), deployment, policy, options())) {
          MoeOutput output = runtime.forward(batch);
          assertArrayEquals(expected, output.hidden().toFloats(), deployment + ", " + policy);
          requireSlotsHoldTheirExperts(output);
        }
      }
    }
  }

  private static void requireSlotsHoldTheirExperts(MoeOutput output) {
    Routing routing = output.routing();
    long[] counts = new long[output.placement().ranks()];
    for (int token = 0; token < routing.tokens(); token++) {
      for (int choice = 0; choice < routing.topK(); choice++) {
        int slot = output.slot(token, choice);
        int expert = output.placement().logicalAt(output.layer(), slot);
        assertEquals(routing.expert(token, choice), expert, "slot " + slot);
        counts[output.placement().layout().rankOf(slot)]++;
      }
    }
    assertArrayEquals(counts, output.rankTokens());
    assertEquals((long) routing.tokens() * routing.topK(), Arrays.stream(counts).sum());
  }

  @ParameterizedTest
  @MethodSource("models")
  void givesTheSameBitsUnderEveryVariantOfItsOptions(SyntheticModel model) {
    TokenBatch batch = batch(model, 0, TOKENS);
    float[] expected = reference(model, batch);
    Deployment deployment = Deployment.manyOf(model.spec().shape()).get(3);
    for (Options variant : variants()) {
      try (MoeRuntime runtime = open(model.loader(), deployment, ReplicaPick.SPREAD, variant)) {
        assertArrayEquals(expected, runtime.forward(batch).hidden().toFloats(), variant.toString());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void givesATokenTheSameBitsInEveryBatch(SyntheticModel model) {
    int tokens = 70;
    int width = model.spec().hiddenSize();
    TokenBatch batch = batch(model, 0, tokens);
    try (MoeRuntime runtime = open(model)) {
      float[] whole = runtime.forward(batch).hidden().toFloats();
      for (int size : new int[] {1, 2, 3, 5, 8, 13}) {
        for (int from = 0; from + size <= tokens; from += size) {
          float[] part =
              Arrays.copyOfRange(batch.hidden().toFloats(), from * width, (from + size) * width);
          assertArrayEquals(
              Arrays.copyOfRange(whole, from * width, (from + size) * width),
              runtime.forward(TokenBatch.of(0, part, width)).hidden().toFloats(),
              size + " tokens from " + from);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void roundsItsOutputToTheTypeOfTheBatch(TensorType type) {
    SyntheticModel model = SyntheticModels.odd();
    int width = model.spec().hiddenSize();
    Tensor hidden = SyntheticModel.tensor(model.hidden(5, 9), type, 5, width);
    try (MoeRuntime runtime = open(model)) {
      float[] exact =
          runtime.forward(TokenBatch.of(1, hidden.toFloats(), width)).hidden().toFloats();
      Tensor output = runtime.forward(new TokenBatch(1, hidden, 0)).hidden();
      assertEquals(type, output.type());
      assertEquals(hidden.shape(), output.shape());
      double ulp = type == TensorType.F32 ? 0 : type == TensorType.F16 ? 0x1p-11 : 0x1p-8;
      for (int i = 0; i < exact.length; i++) {
        double half = ulp * Math.abs(exact[i]) + (type == TensorType.F16 ? 0x1p-25 : 0);
        assertEquals((double) exact[i], output.get(i), half, "value " + i);
      }
    }
  }

  @Test
  void refusesToRouteATokenThatIsNotFiniteAndNamesIt() {
    SyntheticModel model = SyntheticModels.odd();
    float[] hidden = model.hidden(4, 1);
    hidden[2 * model.spec().hiddenSize() + 5] = Float.NaN;
    try (MoeRuntime runtime = open(model)) {
      TokenBatch batch = TokenBatch.of(0, hidden, model.spec().hiddenSize());
      var error = assertThrows(InvalidInputException.class, () -> runtime.route(batch));
      String message = error.diagnosis().message();
      assertTrue(message.contains("token 2"), message);
    }
  }

  @Test
  void keepsATokensNanToItself() {
    SyntheticModel model = SyntheticModels.odd();
    int width = model.spec().hiddenSize();
    try (MoeRuntime runtime = open(model)) {
      TokenBatch clean = batch(model, 0, 6);
      Routing routing = runtime.route(clean);
      float[] expected = runtime.experts(clean, routing).hidden().toFloats();
      float[] hidden = clean.hidden().toFloats();
      hidden[3 * width] = Float.NaN;
      float[] found = runtime.experts(TokenBatch.of(0, hidden, width), routing).hidden().toFloats();
      Arrays.fill(expected, 3 * width, 4 * width, Float.NaN);
      assertArrayEquals(expected, found);
    }
  }

  @Test
  void countsRoutedChoicesUntilTheyAreDrained() {
    SyntheticModel model = SyntheticModels.odd();
    try (MoeRuntime runtime = open(model)) {
      Routing routing = runtime.forward(batch(model, 1, TOKENS)).routing();
      runtime.experts(batch(model, 1, TOKENS), routing);
      double[][] expected = new double[2][7];
      for (int expert : routing.experts()) {
        expected[1][expert] += 2;
      }
      assertEquals(Load.of(7, expected), runtime.drainLoad());
      assertEquals(Load.uniform(2, 7, 0), runtime.drainLoad());
    }
  }

  @Test
  void refusesBatchesAndRoutingsThatDoNotFit() {
    SyntheticModel model = SyntheticModels.odd();
    int width = model.spec().hiddenSize();
    try (MoeRuntime runtime = open(model)) {
      TokenBatch good = batch(model, 0, 2);
      requireRefused(() -> runtime.forward(TokenBatch.of(-1, new float[width], width)));
      requireRefused(() -> runtime.forward(TokenBatch.of(2, new float[width], width)));
      requireRefused(() -> runtime.forward(TokenBatch.of(0, new float[width + 1], width + 1)));
      requireRefused(() -> runtime.forward(new TokenBatch(0, good.hidden(), 1)));
      requireRefused(() -> runtime.forward(new TokenBatch(0, good.hidden(), -1)));
      requireRefused(() -> runtime.experts(good, Routing.of(3, new int[3], new float[3])));
      requireRefused(() -> runtime.experts(good, Routing.of(2, new int[4], new float[4])));
      int[] unknown = {0, 1, 2, 3, 4, 7};
      requireRefused(() -> runtime.experts(good, Routing.of(3, unknown, new float[6])));
      int[] negative = {0, 1, 2, 3, 4, -1};
      requireRefused(() -> runtime.experts(good, Routing.of(3, negative, new float[6])));
      assertArrayEquals(reference(model, good), runtime.forward(good).hidden().toFloats());
    }
  }

  private static void requireRefused(Executable call) {
    assertThrows(InvalidInputException.class, call);
  }
}
