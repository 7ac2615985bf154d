package io.stagger.weights;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.WeightStoreException;
import io.stagger.api.weights.ExpertWeights;
import io.stagger.api.weights.LayerWeights;
import io.stagger.api.weights.Tensor;
import io.stagger.weights.Manifest.MoeLayer;
import io.stagger.weights.arrow.TensorColumn;
import io.stagger.weights.arrow.TensorFile;
import io.stagger.weights.checkpoint.CommonTensor;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongConsumer;

/**
 * One MoE layer of an open store. An expert is checked once, when it is first asked for; from then
 * on everybody gets the same view of the same bytes. Safe for use by several threads.
 */
final class StoredLayer {

  private final String where;
  private final MoeLayer entry;
  private final TensorFile experts;
  private final StoredTensors common;
  private final AtomicReferenceArray<ExpertWeights> checked;

  StoredLayer(Path folder, Arena arena, Manifest manifest, MoeLayer entry) {
    this.where = folder.resolve(entry.file()).toString();
    this.entry = entry;
    this.experts = TensorFile.open(folder.resolve(entry.file()), arena);
    Path commonFile = folder.resolve(entry.commonFile());
    this.common =
        new StoredTensors(
            commonFile.toString(), TensorFile.open(commonFile, arena), entry.common());
    this.checked = new AtomicReferenceArray<>(entry.experts().size());
    requireShapes(manifest);
  }

  private void requireShapes(Manifest manifest) {
    long hidden = manifest.spec().hiddenSize();
    long inner = manifest.spec().intermediateSize();
    List<TensorColumn> expected =
        List.of(
            new TensorColumn("gate", manifest.expertType(), List.of(inner, hidden)),
            new TensorColumn("up", manifest.expertType(), List.of(inner, hidden)),
            new TensorColumn("down", manifest.expertType(), List.of(hidden, inner)));
    if (!experts.columns().equals(expected) || experts.rows() != entry.experts().size()) {
      throw new WeightStoreException(
          Diagnosis.of(experts.rows() + " experts of " + experts.columns(), where)
              .expecting(entry.experts().size() + " experts of " + expected));
    }
  }

  /**
   * An expert, checked.
   *
   * @throws WeightStoreException if its bytes are damaged
   */
  ExpertWeights expert(int expert) {
    ExpertWeights known = checked.get(expert);
    if (known != null) {
      return known;
    }
    synchronized (checked) {
      known = checked.get(expert);
      if (known == null) {
        known = check(expert);
        checked.set(expert, known);
      }
      return known;
    }
  }

  private ExpertWeights check(int expert) {
    List<Tensor> tensors = experts.row(expert);
    ExpertWeights weights = new ExpertWeights(tensors.get(0), tensors.get(1), tensors.get(2));
    String found = ExpertChecksum.of(weights);
    if (!found.equals(entry.experts().get(expert))) {
      throw new WeightStoreException(
          Diagnosis.of(
                  "the weights are damaged: SHA-256 " + found,
                  "%s, layer %d, expert %d".formatted(where, entry.modelLayer(), expert))
              .expecting(entry.experts().get(expert) + " by the manifest")
              .remedy("Convert the checkpoint again"));
    }
    return weights;
  }

  /** Router and shared expert, checked. */
  LayerWeights common() {
    if (!common.has(CommonTensor.ROUTER)) {
      throw new WeightStoreException(Diagnosis.of("no router", entry.commonFile()));
    }
    Optional<ExpertWeights> shared =
        optional(CommonTensor.SHARED_GATE)
            .map(gate ->
                new ExpertWeights(
                    gate,
                    common.tensor(CommonTensor.SHARED_UP),
                    common.tensor(CommonTensor.SHARED_DOWN)));
    return new LayerWeights(
        common.tensor(CommonTensor.ROUTER),
        optional(CommonTensor.CORRECTION_BIAS),
        shared,
        optional(CommonTensor.SHARED_EXPERT_GATE));
  }

  private Optional<Tensor> optional(String name) {
    return common.has(name) ? Optional.of(common.tensor(name)) : Optional.empty();
  }

  /** Reads and checks the experts and the other tensors anew, and tells the bytes of each step. */
  void verify(LongConsumer step) {
    for (int expert = 0; expert < entry.experts().size(); expert++) {
      step.accept(check(expert).bytes());
    }
    step.accept(common.verify());
  }
}
