package io.stagger.engine.explain;

/** What keeps every placement of a layer from being more even. */
public enum Limit {
  /** Nothing but the load itself: all ranks may have the same. */
  MEAN,
  /** The heaviest expert, however many of the spare slots it gets. */
  HEAVIEST_EXPERT,
  /** The heaviest expert must share its rank, for there are slots to fill and none to spare. */
  SHARED_RANK
}
