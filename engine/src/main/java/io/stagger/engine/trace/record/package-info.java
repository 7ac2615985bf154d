/** Traces recorded while a runtime runs. */
@NullMarked
package io.stagger.engine.trace.record;

import org.jspecify.annotations.NullMarked;
