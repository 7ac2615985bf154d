package io.stagger.runtime.cuda;

import io.stagger.api.weights.TensorType;

/**
 * Experts of one rank, or the shared expert, and the lines of tokens they compute. Addresses are
 * the device's; those of 0 are null.
 *
 * @param type the weights' type
 * @param intermediateSize the experts' width
 * @param gates the addresses of the slots' gates
 * @param ups the addresses of the slots' ups
 * @param downs the addresses of the slots' downs
 * @param slots how many slots there are
 * @param lines how many lines there are over all slots, at least 1
 * @param lineChoice the choice of each line, or null where a line is a token
 * @param topK choices of a token
 * @param outRow the row of the results for each line, or null where that is the line
 * @param out where the results go
 */
record ExpertWork(
    TensorType type,
    int intermediateSize,
    long gates,
    long ups,
    long downs,
    int slots,
    int lines,
    long lineChoice,
    int topK,
    long outRow,
    long out) {}
