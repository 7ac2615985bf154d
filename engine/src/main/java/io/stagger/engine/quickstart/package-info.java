/**
 * The quick start: a small real model under every strategy, everything measured in one run. {@link
 * io.stagger.engine.quickstart.Quickstart} computes, others render.
 */
@NullMarked
package io.stagger.engine.quickstart;

import org.jspecify.annotations.NullMarked;
