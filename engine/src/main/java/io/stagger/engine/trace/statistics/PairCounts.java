package io.stagger.engine.trace.statistics;

import io.stagger.api.ModelShape;
import io.stagger.api.routing.CoSelection;
import io.stagger.api.routing.Transitions;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/** Pairs of all layers, in 64 bits; empty where they are not counted. */
final class PairCounts implements Serializable {

  private static final long serialVersionUID = 1L;

  private final ModelShape model;
  private final boolean counted;
  private final long[] together;
  private final long[] onward;

  PairCounts(ModelShape model, boolean counted) {
    int table = counted ? model.experts() * model.experts() : 0;
    this.model = model;
    this.counted = counted;
    this.together = new long[model.layers() * table];
    this.onward = new long[Math.max(0, model.layers() - 1) * table];
  }

  /** Takes what blocks have counted, and lets them begin again. */
  void take(List<LayerBlock> blocks) {
    int table = model.experts() * model.experts();
    for (LayerBlock block : blocks) {
      PairTables tables = block.pairs();
      for (int layer = 0; layer < tables.layers(); layer++) {
        tables.addCoSelection(layer, together, (block.first() + layer) * table);
      }
      for (int layer = 0; layer < tables.steps(); layer++) {
        tables.addTransitions(layer, onward, (block.first() + layer) * table);
      }
      tables.clear();
    }
  }

  /** Adds what others counted of other tokens. */
  void add(PairCounts others) {
    Counts.add(others.together, together);
    Counts.add(others.onward, onward);
  }

  Optional<CoSelection> coSelection() {
    return counted
        ? Optional.of(CoSelection.of(model.layers(), model.experts(), together))
        : Optional.empty();
  }

  Optional<Transitions> transitions() {
    return counted
        ? Optional.of(Transitions.of(model.layers(), model.experts(), onward))
        : Optional.empty();
  }
}
