package io.stagger.api;

/**
 * One copy of an expert's weights from slot to slot of the same layer.
 *
 * @param layer index of the MoE layer
 * @param expert the logical expert
 * @param fromSlot a slot that holds it in the old placement
 * @param toSlot the slot that holds it in the new one
 */
public record SlotCopy(int layer, int expert, int fromSlot, int toSlot) {}
