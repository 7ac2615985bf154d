/**
 * The pages and pictures of the quick start and of comparisons. Everything shown was computed by
 * the engine; here it is drawn.
 *
 * <p>Charts of a comparison are XChart's, drawn as SVG by Batik: both are under the Apache licence
 * as we are, and are kept up, while JFreeChart is under the LGPL and its SVG writer under the GPL.
 */
@NullMarked
package io.stagger.cli.report;

import org.jspecify.annotations.NullMarked;
