package io.stagger.runtime.cuda;

import io.stagger.api.MoeSpec;
import java.util.EnumMap;
import java.util.Map;

/**
 * The intermediate values of a forward pass on a device. {@code lines} are tokens times top-k,
 * {@code widest} is the larger of a routed and the shared expert's part.
 */
enum Scratch {
  /** Hidden states, {@code f32 [tokens, hidden]}. */
  HIDDEN,
  /** Hidden states as they come in and results as they go out, at most 32 bits each. */
  TYPED,
  /** Router logits, then scores, {@code f64 [tokens, experts]}. */
  LOGITS,
  /** Scores of the router's groups, {@code f64 [tokens, groups]}. */
  GROUP_SCORES,
  /** Chosen experts, {@code i32 [lines]}. */
  CHOSEN,
  /** Their weights, {@code f32 [lines]}. */
  WEIGHTS,
  /** Where the first logit is that is not finite, {@code u64 [1]}. */
  BAD,
  /** The slot of each choice, {@code i32 [lines]}. */
  SLOTS,
  /** The choice of each line, {@code i32 [lines]}. */
  LINE_CHOICE,
  /** Lines of each of a rank's slots, {@code i32 [slots]}. */
  COUNTS,
  /** Where the lines of a slot begin, {@code i32 [slots + 1]}. */
  OFFSETS,
  /** The slot of each tile, {@code i32 [tiles]}. */
  TILE_SLOT,
  /** The first line of each tile, {@code i32 [tiles]}. */
  TILE_LINE,
  /** How many tiles there are, {@code i32 [1]}. */
  TILE_COUNT,
  /** Between gate-up and down, {@code f32 [widest]}. */
  INNER,
  /** Results of the experts, {@code f32 [lines, hidden]}. */
  ROUTED,
  /** Results of the shared expert, {@code f32 [tokens, hidden]}. */
  SHARED,
  /** Logits of the shared expert's gate, {@code f64 [tokens]}. */
  SHARED_GATE,
  /** Upper parts of hidden states for tensor cores, 16 bits {@code [tokens, padded]}. */
  HIDDEN_HIGH,
  /** Lower parts. */
  HIDDEN_LOW,
  /** Their powers of two, {@code f32 [tokens]}. */
  HIDDEN_SCALE,
  /** Upper parts of what is between gate-up and down, 16 bits. */
  INNER_HIGH,
  /** Lower parts. */
  INNER_LOW,
  /** Their powers of two, {@code f32 [lines]}. */
  INNER_SCALE,
  /** Results that come from other devices, {@code f32 [lines, hidden]}. */
  INCOMING,
  /** The choices they belong to, {@code i32 [lines]}. */
  INCOMING_CHOICE;

  /** The fewest lines of a tile in any kernel set. */
  private static final int FEWEST_TILE_LINES = 32;

  /** Tensor products read widths that are multiples of this. */
  private static final int PADDING = 32;

  /** A width as tensor products read it. */
  static int padded(int width) {
    return Math.ceilDiv(width, PADDING) * PADDING;
  }

  /**
   * How many bytes each takes; those that are not needed are missing.
   *
   * @param tokens tokens that are computed together
   * @param slots the most slots that a rank of the device has
   * @param tensorCores whether the tensor set multiplies
   * @param otherDevices whether there are other devices
   */
  static Map<Scratch, Long> sizes(
      MoeSpec spec, int tokens, int slots, boolean tensorCores, boolean otherDevices) {
    long lines = (long) tokens * spec.shape().topK();
    long hidden = spec.hiddenSize();
    long tiles =
        Math.max(
            lines / FEWEST_TILE_LINES + Math.min(slots, lines), tokens / FEWEST_TILE_LINES + 1L);
    Map<Scratch, Long> sizes = new EnumMap<>(Scratch.class);
    sizes.put(HIDDEN, tokens * hidden * Float.BYTES);
    sizes.put(TYPED, tokens * hidden * Float.BYTES);
    sizes.put(LOGITS, (long) tokens * spec.shape().experts() * Double.BYTES);
    sizes.put(CHOSEN, lines * Integer.BYTES);
    sizes.put(WEIGHTS, lines * Float.BYTES);
    sizes.put(BAD, (long) Long.BYTES);
    sizes.put(SLOTS, lines * Integer.BYTES);
    sizes.put(LINE_CHOICE, lines * Integer.BYTES);
    sizes.put(COUNTS, (long) Math.max(slots, 1) * Integer.BYTES);
    sizes.put(OFFSETS, (Math.max(slots, 1) + 1L) * Integer.BYTES);
    sizes.put(TILE_SLOT, tiles * Integer.BYTES);
    sizes.put(TILE_LINE, tiles * Integer.BYTES);
    sizes.put(TILE_COUNT, (long) Integer.BYTES);
    sizes.put(
        INNER,
        Math.max(lines * spec.intermediateSize(), (long) tokens * spec.sharedIntermediateSize())
            * Float.BYTES);
    sizes.put(ROUTED, lines * hidden * Float.BYTES);
    if (spec.shape().hasGroups()) {
      sizes.put(GROUP_SCORES, (long) tokens * spec.shape().groups() * Double.BYTES);
    }
    if (spec.hasSharedExpert()) {
      sizes.put(SHARED, tokens * hidden * Float.BYTES);
      sizes.put(SHARED_GATE, (long) tokens * Double.BYTES);
    }
    if (tensorCores) {
      addSplit(sizes, spec, tokens, lines);
    }
    if (otherDevices) {
      sizes.put(INCOMING, lines * hidden * Float.BYTES);
      sizes.put(INCOMING_CHOICE, lines * Integer.BYTES);
    }
    return sizes;
  }

  private static void addSplit(Map<Scratch, Long> sizes, MoeSpec spec, int tokens, long lines) {
    long hidden = (long) tokens * padded(spec.hiddenSize()) * Short.BYTES;
    long inner =
        Math.max(
                lines * padded(spec.intermediateSize()),
                (long) tokens * padded(spec.sharedIntermediateSize()))
            * Short.BYTES;
    sizes.put(HIDDEN_HIGH, hidden);
    sizes.put(HIDDEN_LOW, hidden);
    sizes.put(HIDDEN_SCALE, (long) tokens * Float.BYTES);
    sizes.put(INNER_HIGH, inner);
    sizes.put(INNER_LOW, inner);
    sizes.put(INNER_SCALE, lines * Float.BYTES);
  }
}
