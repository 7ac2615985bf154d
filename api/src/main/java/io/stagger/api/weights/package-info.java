/**
 * Weights as runtimes see them: views of memory that somebody else owns, and the loader that brings
 * a rank exactly the slots its placement gives it.
 */
@NullMarked
package io.stagger.api.weights;

import org.jspecify.annotations.NullMarked;
