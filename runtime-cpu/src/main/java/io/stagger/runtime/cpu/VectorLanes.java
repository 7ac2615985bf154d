package io.stagger.runtime.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vectors in use: the machine's own, at most as wide as there are partial sums. Narrower ones
 * make several passes over a row, each for some of the partial sums, and so give the same bits.
 */
final class VectorLanes {

  static final VectorSpecies<Float> FLOATS =
      FloatVector.SPECIES_PREFERRED.length() > LaneOrder.LANES
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;

  static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, VectorShape.forBitSize(FLOATS.vectorBitSize()));

  /** How many partial sums a pass works on. */
  static final int WIDTH = FLOATS.length();

  private VectorLanes() {}
}
