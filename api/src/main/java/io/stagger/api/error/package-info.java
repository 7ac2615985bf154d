/**
 * Typed errors. Each says what was wrong, where, what was expected and what to do next; see {@link
 * io.stagger.api.error.Diagnosis}.
 */
@NullMarked
package io.stagger.api.error;

import org.jspecify.annotations.NullMarked;
