package io.stagger.spark;

import java.io.Serializable;

/**
 * Which part of a folder of traces.
 *
 * @param file the file, as the source of parts names it
 * @param firstToken the part's first token in the file
 */
record PartKey(String file, long firstToken) implements Serializable {}
