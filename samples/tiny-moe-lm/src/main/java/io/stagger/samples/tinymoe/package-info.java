/**
 * A tiny, real Mixture-of-Experts language model that runs on Stagger, and the quick start.
 *
 * <p>Written as a third party would write it: it uses the API and the engine, and names no strategy
 * or runtime class.
 */
@NullMarked
package io.stagger.samples.tinymoe;

import org.jspecify.annotations.NullMarked;
