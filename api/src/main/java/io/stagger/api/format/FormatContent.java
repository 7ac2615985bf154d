package io.stagger.api.format;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;

/** What a file of another system holds, in Stagger's words. Immutable. */
public sealed interface FormatContent {

  /**
   * The model: as the caller named it, or else as far as the file tells, which is its MoE layers
   * and experts (then top-k and groups are 1).
   */
  ModelShape model();

  /** What this is, as a format must carry it. */
  FormatFeature kind();

  /**
   * A placement.
   *
   * @param model the model; has the placement's layers and experts
   * @param placement the placement
   */
  record OfPlacement(ModelShape model, Placement placement) implements FormatContent {

    /**
     * Checks that the two agree.
     *
     * @throws InvalidInputException if the placement has other layers or experts than the model
     */
    public OfPlacement {
      requireSize("placement", placement.layers(), placement.experts(), model);
    }

    @Override
    public FormatFeature kind() {
      return FormatFeature.PLACEMENT;
    }
  }

  /**
   * A load.
   *
   * @param model the model; has the load's layers and experts
   * @param load the load
   */
  record OfLoad(ModelShape model, Load load) implements FormatContent {

    /**
     * Checks that the two agree.
     *
     * @throws InvalidInputException if the load has other layers or experts than the model
     */
    public OfLoad {
      requireSize("load", load.layers(), load.experts(), model);
    }

    @Override
    public FormatFeature kind() {
      return FormatFeature.LOAD;
    }
  }

  private static void requireSize(String what, int layers, int experts, ModelShape model) {
    if (layers != model.layers() || experts != model.experts()) {
      throw new InvalidInputException(
          Diagnosis.of("a %s of %d layers x %d experts".formatted(what, layers, experts), what)
              .expecting(
                  "%d x %d, as the model %s has"
                      .formatted(model.layers(), model.experts(), model.name())));
    }
  }
}
