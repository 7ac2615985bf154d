/** Traces made of traces: a part of one, or several joined. */
@NullMarked
package io.stagger.engine.trace.edit;

import org.jspecify.annotations.NullMarked;
