package io.stagger.samples.tinymoe;

/**
 * A decoder layer without its experts.
 *
 * @param beforeAttention norm before attention
 * @param attention the layer's attention
 * @param beforeExperts norm before the MoE layer
 */
record DecoderLayer(RmsNorm beforeAttention, Attention attention, RmsNorm beforeExperts) {}
