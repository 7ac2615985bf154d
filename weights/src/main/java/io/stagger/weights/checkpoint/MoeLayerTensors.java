package io.stagger.weights.checkpoint;

import io.stagger.api.MoeSpec;
import io.stagger.api.error.CheckpointException;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.weights.TensorType;
import io.stagger.weights.checkpoint.MoeTensorName.Role;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Gathers the tensors of one MoE layer and checks them against the model's configuration. */
final class MoeLayerTensors {

  private static final List<Role> EXPERT_ROLES =
      List.of(Role.EXPERT_GATE, Role.EXPERT_UP, Role.EXPERT_DOWN);

  private final String module;
  private final int modelLayer;
  private final MoeSpec spec;
  private final Map<Role, CheckpointTensor> ofLayer = new EnumMap<>(Role.class);
  private final Map<Role, Map<Integer, CheckpointTensor>> ofExperts = new EnumMap<>(Role.class);

  /**
   * @param module the name of its MoE module, for errors about what is missing
   */
  MoeLayerTensors(String module, int modelLayer, MoeSpec spec) {
    this.module = module;
    this.modelLayer = modelLayer;
    this.spec = spec;
    EXPERT_ROLES.forEach(role -> ofExperts.put(role, new HashMap<>()));
  }

  /** Adds a tensor of the layer. */
  void add(MoeTensorName name, CheckpointTensor tensor) {
    if (name.role() == Role.OTHER) {
      throw tensor.wrong(
          "not understood",
          "router, experts and shared expert without biases or scales",
          "Convert quantised weights to bfloat16 first");
    }
    Map<Integer, CheckpointTensor> experts = ofExperts.get(name.role());
    if (experts != null && name.expert() >= spec.shape().experts()) {
      throw tensor.wrong(
          "expert " + name.expert(),
          spec.shape().experts() + " experts by config.json",
          CheckpointTensor.OTHER_MODEL);
    }
    CheckpointTensor earlier =
        experts == null
            ? ofLayer.putIfAbsent(name.role(), tensor)
            : experts.putIfAbsent(name.expert(), tensor);
    if (earlier != null) {
      throw tensor.wrong("a second one of its kind", "one alone; there is " + earlier.name(), "");
    }
  }

  /** Where the tensors come from, once all are added. */
  MoeLayerSources sources() {
    return new MoeLayerSources(modelLayer, experts(), common());
  }

  private List<List<TensorSource>> experts() {
    boolean fused = ofLayer.containsKey(Role.FUSED_GATE_UP) || ofLayer.containsKey(Role.FUSED_DOWN);
    if (fused) {
      refuseSeparateExperts();
      return new FusedExperts(required(Role.FUSED_GATE_UP), required(Role.FUSED_DOWN), spec)
          .experts();
    }
    List<List<TensorSource>> experts = new ArrayList<>();
    for (int expert = 0; expert < spec.shape().experts(); expert++) {
      experts.add(expert(expert));
    }
    return List.copyOf(experts);
  }

  private void refuseSeparateExperts() {
    for (Map<Integer, CheckpointTensor> experts : ofExperts.values()) {
      for (CheckpointTensor tensor : experts.values()) {
        throw tensor.wrong("an expert beside fused experts", "one of the two forms", "");
      }
    }
  }

  private List<TensorSource> expert(int expert) {
    long inner = spec.intermediateSize();
    long hidden = spec.hiddenSize();
    return List.of(
        contiguous("gate", required(Role.EXPERT_GATE, expert).requireShape(inner, hidden)),
        contiguous("up", required(Role.EXPERT_UP, expert).requireShape(inner, hidden)),
        contiguous("down", required(Role.EXPERT_DOWN, expert).requireShape(hidden, inner)));
  }

  private List<TensorSource> common() {
    long experts = spec.shape().experts();
    long hidden = spec.hiddenSize();
    long shared = spec.sharedIntermediateSize();
    List<TensorSource> common = new ArrayList<>();
    take(common, CommonTensor.ROUTER, Role.ROUTER, true, experts, hidden);
    take(
        common,
        CommonTensor.CORRECTION_BIAS,
        Role.CORRECTION_BIAS,
        spec.router().correctionBias(),
        experts);
    boolean has = spec.hasSharedExpert();
    take(common, CommonTensor.SHARED_GATE, Role.SHARED_GATE, has, shared, hidden);
    take(common, CommonTensor.SHARED_UP, Role.SHARED_UP, has, shared, hidden);
    take(common, CommonTensor.SHARED_DOWN, Role.SHARED_DOWN, has, hidden, shared);
    take(
        common,
        CommonTensor.SHARED_EXPERT_GATE,
        Role.SHARED_EXPERT_GATE,
        spec.sharedGate(),
        1,
        hidden);
    requireOneType(common);
    return List.copyOf(common);
  }

  private void take(
      List<TensorSource> common, String name, Role role, boolean expected, long... shape) {
    CheckpointTensor tensor = ofLayer.get(role);
    if (expected) {
      common.add(contiguous(name, required(role).requireShape(shape)));
    } else if (tensor != null) {
      throw tensor.wrong("not in the model that config.json describes", "a model without it", "");
    }
  }

  private static void requireOneType(List<TensorSource> common) {
    List<TensorType> types =
        common.stream()
            .filter(source -> source.name().startsWith("shared."))
            .map(TensorSource::type)
            .distinct()
            .toList();
    if (types.size() > 1) {
      throw new CheckpointException(
          Diagnosis.of("the shared expert's matrices are of types " + types, "checkpoint")
              .expecting("one type"));
    }
  }

  private CheckpointTensor required(Role role) {
    CheckpointTensor tensor = ofLayer.get(role);
    if (tensor == null) {
      throw missing(module + "." + role.usualName());
    }
    return tensor;
  }

  private CheckpointTensor required(Role role, int expert) {
    CheckpointTensor tensor = ofExperts.getOrDefault(role, Map.of()).get(expert);
    if (tensor == null) {
      throw missing(module + ".experts." + expert + "." + projection(role) + ".weight");
    }
    return tensor;
  }

  private String projection(Role role) {
    boolean mixtral = module.endsWith("block_sparse_moe");
    return switch (role) {
      case EXPERT_GATE -> mixtral ? "w1" : "gate_proj";
      case EXPERT_UP -> mixtral ? "w3" : "up_proj";
      default -> mixtral ? "w2" : "down_proj";
    };
  }

  private CheckpointException missing(String name) {
    return new CheckpointException(
        Diagnosis.of("tensor " + name + " is missing", "checkpoint")
            .expecting(
                "layer %d to be an MoE layer of %d experts, as config.json says"
                    .formatted(modelLayer, spec.shape().experts()))
            .remedy("Fetch the checkpoint again, or use the config.json of these weights"));
  }

  private static TensorSource contiguous(String name, CheckpointTensor tensor) {
    return new TensorSource.Contiguous(name, tensor.tensorType(), tensor.shape(), tensor.data());
  }
}
