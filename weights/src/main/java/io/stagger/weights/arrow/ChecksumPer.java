package io.stagger.weights.arrow;

/** What of a tensor file each checksum covers. */
public enum ChecksumPer {
  /** A row's tensors, one behind the other, without padding. */
  ROW,
  /** Each tensor of each row. */
  TENSOR
}
