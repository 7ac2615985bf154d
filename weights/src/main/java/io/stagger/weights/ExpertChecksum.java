package io.stagger.weights;

import io.stagger.api.weights.ExpertWeights;
import io.stagger.weights.io.Sha256;

/** The checksum of an expert: SHA-256 of gate, up and down, one behind the other. */
final class ExpertChecksum {

  private ExpertChecksum() {}

  static String of(ExpertWeights weights) {
    return new Sha256()
        .add(weights.gate().data())
        .add(weights.up().data())
        .add(weights.down().data())
        .hex();
  }
}
