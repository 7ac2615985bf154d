package io.stagger.weights.safetensors;

import java.util.List;

/**
 * A tensor as a header describes it.
 *
 * @param name the tensor's name
 * @param type its elements
 * @param shape sizes of the dimensions, outermost first; may be empty, sizes may be 0
 * @param begin first byte, counted from the end of the header
 * @param end the byte after the last one
 */
public record SafetensorsEntry(
    String name, SafetensorsType type, List<Long> shape, long begin, long end) {}
