package io.stagger.api.weights;

/**
 * What {@link RankWeights#prove} found to be true.
 *
 * @param rank the rank
 * @param slots how many slots were checked, over all layers
 * @param bytes how many bytes of weights their checksums cover
 * @param placementFingerprint the placement that they agree with
 */
public record LoadProof(int rank, long slots, long bytes, String placementFingerprint) {}
