/**
 * The pictures and the page of the quick start. Everything shown was computed by the engine; here
 * it is drawn.
 */
@NullMarked
package io.stagger.cli.report;

import org.jspecify.annotations.NullMarked;
