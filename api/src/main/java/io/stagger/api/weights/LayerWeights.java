package io.stagger.api.weights;

import java.util.Optional;

/**
 * What every rank holds of an MoE layer, whatever the placement: router and shared expert.
 *
 * @param router {@code [experts, hidden]}; a token's logits are its product with the hidden state
 * @param correctionBias {@code [experts]}, added to the scores for the selection alone
 * @param shared the shared expert, all shared experts of the model side by side
 * @param sharedGate {@code [1, hidden]}; the shared expert's output is multiplied with the logistic
 *     function of its product with the hidden state
 */
public record LayerWeights(
    Tensor router,
    Optional<Tensor> correctionBias,
    Optional<ExpertWeights> shared,
    Optional<Tensor> sharedGate) {}
