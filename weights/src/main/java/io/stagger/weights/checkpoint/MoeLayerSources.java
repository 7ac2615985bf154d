package io.stagger.weights.checkpoint;

import java.util.List;

/**
 * Where the tensors of one MoE layer come from.
 *
 * @param modelLayer the model's layer number
 * @param experts for each logical expert its gate, up and down matrix, named so
 * @param common what every rank holds: router, and what the model has of correction bias, shared
 *     expert and its gate, by the names of {@link CommonTensor}
 */
public record MoeLayerSources(
    int modelLayer, List<List<TensorSource>> experts, List<TensorSource> common) {}
