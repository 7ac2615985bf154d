/**
 * Recordings of other systems, read as traces. Each system is one class; what its files do not say
 * is asked for or noted, never guessed in silence.
 */
@NullMarked
package io.stagger.engine.trace.source;

import org.jspecify.annotations.NullMarked;
