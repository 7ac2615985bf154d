package io.stagger.runtime.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.MoeSpec;
import io.stagger.api.Placement;
import io.stagger.api.RouterSpec;
import io.stagger.api.error.PluginException;
import io.stagger.api.error.WeightMismatchException;
import io.stagger.api.error.WeightStoreException;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.ReplicaPolicy;
import io.stagger.api.runtime.Routing;
import io.stagger.api.runtime.RuntimeBackend;
import io.stagger.api.runtime.RuntimeRequest;
import io.stagger.api.runtime.TokenBatch;
import io.stagger.api.strategy.Options;
import io.stagger.api.weights.ExpertWeights;
import io.stagger.api.weights.LayerWeights;
import io.stagger.api.weights.LoadProof;
import io.stagger.api.weights.RankWeights;
import io.stagger.api.weights.Tensor;
import io.stagger.api.weights.WeightLoader;
import io.stagger.testkit.Deployment;
import io.stagger.testkit.ReplicaPick;
import io.stagger.testkit.SyntheticModel;
import io.stagger.testkit.SyntheticModels;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

class CpuBackendTest {

  private static final SyntheticModel MODEL = SyntheticModels.odd();

  @Test
  void isFoundAsAService() {
    assertThat(ServiceLoader.load(RuntimeBackend.class).stream().map(p -> p.get().name()))
        .contains("cpu");
    assertThat(ServiceLoader.load(ReplicaPolicy.class).stream().map(p -> p.get().name()))
        .contains("hash", "nearest");
  }

  @Test
  void isAlwaysAvailableByDefault() {
    CpuBackend backend = new CpuBackend();
    var availability = backend.availability(Options.defaults(backend.options()));
    assertThat(availability.available()).isTrue();
    assertThat(availability.detail()).contains("kernels");
  }

  @Test
  void opensWithoutAnyOption() {
    try (MoeRuntime runtime = open(MODEL.loader(), ReplicaPick.FIRST, Options.empty())) {
      assertThat(runtime.description()).startsWith("cpu: ").contains("threads");
    }
  }

  @Test
  void takesTheKernelsAndThreadsItIsTold() {
    Options options = Options.empty().with("kernels", "scalar").with("threads", 3L);
    try (MoeRuntime runtime = open(MODEL.loader(), ReplicaPick.FIRST, options)) {
      assertThat(runtime.description()).isEqualTo("cpu: scalar kernels, 3 threads");
    }
  }

  @Test
  void refusesAReplicaPolicyThatAnswersWithTheWrongExpert() {
    ReplicaPolicy wrong = policy(new int[] {1, 1, 2});
    assertThatThrownBy(() -> forwardOne(wrong))
        .isInstanceOf(PluginException.class)
        .hasMessageContaining("replica policy 'wrong', layer 0, token 0")
        .hasMessageContaining("slot 1 for expert 0");
  }

  @Test
  void refusesAReplicaPolicyThatAnswersWithTooFewSlots() {
    ReplicaPolicy wrong = policy(new int[2]);
    assertThatThrownBy(() -> forwardOne(wrong))
        .isInstanceOf(PluginException.class)
        .hasMessageContaining("2 slots")
        .hasMessageContaining("expected 3");
  }

  @Test
  void refusesAReplicaPolicyThatAnswersWithASlotThatDoesNotExist() {
    ReplicaPolicy wrong = policy(new int[] {0, 1, 99});
    assertThatThrownBy(() -> forwardOne(wrong)).isInstanceOf(PluginException.class);
  }

  private static ReplicaPolicy policy(int[] slots) {
    ReplicaPolicy policy = Mockito.mock(ReplicaPolicy.class);
    Mockito.when(policy.name()).thenReturn("wrong");
    Mockito.when(
            policy.choose(
                Mockito.any(), Mockito.any(), Mockito.anyInt(), Mockito.any(), Mockito.anyInt()))
        .thenReturn(slots);
    return policy;
  }

  private static void forwardOne(ReplicaPolicy policy) {
    try (MoeRuntime runtime = open(MODEL.loader(), policy, Options.empty())) {
      TokenBatch batch = TokenBatch.of(0, MODEL.hidden(1, 1), MODEL.spec().hiddenSize());
      runtime.experts(batch, Routing.of(3, new int[] {0, 1, 2}, new float[3]));
    }
  }

  @Test
  void refusesAProofOfAnotherPlacement() {
    WeightLoader loader = Mockito.spy(MODEL.loader());
    Mockito.doAnswer(
            call -> {
              RankWeights real = (RankWeights) call.callRealMethod();
              RankWeights lying = Mockito.spy(real);
              Mockito.doReturn(new LoadProof(0, 14, 0, "another")).when(lying).prove(Mockito.any());
              return lying;
            })
        .when(loader)
        .load(Mockito.any(), Mockito.anyInt());
    assertThatThrownBy(() -> open(loader, ReplicaPick.FIRST, Options.empty()))
        .isInstanceOf(WeightMismatchException.class)
        .hasMessageContaining("rank 0")
        .hasMessageContaining("another");
  }

  @Test
  void refusesARouterOfAnotherShape() {
    LayerWeights layer = MODEL.layer(0);
    Tensor router = Tensor.ofFloats(new float[8 * 37], 8, 37);
    LayerWeights wrong =
        new LayerWeights(router, layer.correctionBias(), layer.shared(), layer.sharedGate());
    assertThatThrownBy(() -> openWith(wrong))
        .isInstanceOf(WeightStoreException.class)
        .hasMessageContaining("layer 0, router")
        .hasMessageContaining("[7, 37]");
  }

  @Test
  void refusesALayerWithoutItsSharedExpert() {
    LayerWeights layer = MODEL.layer(0);
    LayerWeights wrong =
        new LayerWeights(layer.router(), Optional.empty(), Optional.empty(), Optional.empty());
    assertThatThrownBy(() -> openWith(wrong))
        .isInstanceOf(WeightStoreException.class)
        .hasMessageContaining("layer 0, shared expert: it is missing");
  }

  @Test
  void refusesACorrectionBiasThatTheSpecDoesNotHave() {
    LayerWeights layer = MODEL.layer(0);
    Optional<Tensor> bias = Optional.of(Tensor.ofFloats(new float[7], 7));
    LayerWeights wrong = new LayerWeights(layer.router(), bias, layer.shared(), Optional.empty());
    assertThatThrownBy(() -> openWith(wrong))
        .isInstanceOf(WeightStoreException.class)
        .hasMessageContaining("correction bias: it is there");
  }

  @Test
  void refusesACorrectionBiasThatIsNotFinite() {
    SyntheticModel model = SyntheticModels.deepSeekV3();
    LayerWeights layer = model.layer(0);
    Tensor bias = Tensor.ofFloats(new float[12], 12);
    bias.data().setAtIndex(ValueLayout.JAVA_FLOAT, 3, Float.NaN);
    LayerWeights wrong =
        new LayerWeights(layer.router(), Optional.of(bias), layer.shared(), Optional.empty());
    assertThatThrownBy(() -> openWith(model, wrong))
        .isInstanceOf(WeightStoreException.class)
        .hasMessageContaining("element 3 is NaN");
  }

  private static void openWith(LayerWeights layer) {
    openWith(MODEL, layer);
  }

  private static void openWith(SyntheticModel model, LayerWeights layer) {
    WeightLoader loader = Mockito.spy(model.loader());
    Mockito.doReturn(layer).when(loader).layer(0);
    Deployment single = Deployment.single(model.spec().shape());
    new CpuBackend()
        .open(
            new RuntimeRequest(
                single.cluster(), single.placement(), loader, ReplicaPick.FIRST, Options.empty()))
        .close();
  }

  @Test
  void givesZeroWhereTheGateIsFarBelowZeroAndUpIsLarge() {
    MoeSpec spec =
        new MoeSpec(ModelShape.of(1, 1, 1, 1, 1), RouterSpec.softmaxNormalized(), 1, 1, 0, false);
    assertThat(oneValue(spec, -1e30f, 1e30f, 1f)).isZero();
    assertThat(oneValue(spec, 1e-30f, 1e-30f, 1f)).isZero();
    assertThat(oneValue(spec, 1e-20f, 1e-20f, 1f)).isEqualTo(1e-20f * 0.5f * 1e-20f);
  }

  /** One expert of one value on the hidden state 1, with weight 1. */
  private static float oneValue(MoeSpec spec, float gate, float up, float down) {
    ExpertWeights expert = new ExpertWeights(scalar(gate), scalar(up), scalar(down));
    RankWeights rank = Mockito.mock(RankWeights.class);
    Cluster cluster = Cluster.of(1, 1, 1);
    Placement placement = Placement.of(cluster.layout(), 1, new int[1][1]);
    Mockito.when(rank.slot(0, 0)).thenReturn(expert);
    Mockito.when(rank.prove(placement))
        .thenReturn(new LoadProof(0, 1, 12, placement.fingerprint()));
    WeightLoader loader = Mockito.mock(WeightLoader.class);
    Mockito.when(loader.spec()).thenReturn(spec);
    Mockito.when(loader.load(placement, 0)).thenReturn(rank);
    Mockito.when(loader.layer(0))
        .thenReturn(
            new LayerWeights(scalar(1), Optional.empty(), Optional.empty(), Optional.empty()));
    RuntimeRequest request =
        new RuntimeRequest(cluster, placement, loader, ReplicaPick.FIRST, Options.empty());
    try (MoeRuntime runtime = new CpuBackend().open(request)) {
      return runtime.forward(TokenBatch.of(0, new float[] {1}, 1)).hidden().get(0);
    }
  }

  private static Tensor scalar(float value) {
    return Tensor.ofFloats(new float[] {value}, 1, 1);
  }

  private static MoeRuntime open(WeightLoader loader, ReplicaPolicy policy, Options options) {
    Deployment single = Deployment.single(MODEL.spec().shape());
    return new CpuBackend()
        .open(new RuntimeRequest(single.cluster(), single.placement(), loader, policy, options));
  }

  @Test
  void declaresItsOptions() {
    assertThat(new CpuBackend().options())
        .extracting(o -> o.name())
        .isEqualTo(List.of("threads", "kernels"));
  }
}
