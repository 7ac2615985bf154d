package io.stagger.spark;

import java.io.Serializable;

/**
 * What must be known of a part before it can be counted.
 *
 * @param key which part
 * @param tokens its tokens
 * @param decoded its decode tokens
 */
record PartSize(PartKey key, long tokens, long decoded) implements Serializable {}
