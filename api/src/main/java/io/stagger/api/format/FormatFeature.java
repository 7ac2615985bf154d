package io.stagger.api.format;

/**
 * Something that a file format can carry. What a placement has and its format can't carry is never
 * dropped in silence: the engine refuses to write it, or says in a note that it is lost.
 */
public enum FormatFeature {
  /** A placement: which expert each rank holds. */
  PLACEMENT("a placement"),
  /** A load: tokens of each logical expert. */
  LOAD("a load"),
  /** How many ranks there are; without it, whoever reads the file must be told. */
  RANKS("the number of ranks"),
  /** Which of its rank's slots an expert is in; without it, slots are filled in ascending order. */
  SLOT_ORDER("the order of a rank's slots"),
  /** Slots that hold no expert; without it, such a placement is refused. */
  EMPTY_SLOTS("empty slots"),
  /** Ranks with different numbers of slots; without it, such a placement is refused. */
  UNEVEN_RANKS("ranks with different numbers of slots"),
  /** One expert in several slots of a rank; without it, such a placement is refused. */
  REPEATED_EXPERTS("an expert twice on one rank"),
  /** The model's own layer numbers; without it, MoE layers are numbered from 0. */
  LAYER_NUMBERS("the model's layer numbers");

  private final String words;

  FormatFeature(String words) {
    this.words = words;
  }

  /** The feature in words, for people. */
  public String words() {
    return words;
  }
}
