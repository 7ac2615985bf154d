/**
 * A small, really trained MoE language model as a program on Stagger's public API: embedding,
 * attention, norms and the byte vocabulary are here, the MoE layers run through Stagger.
 *
 * <p>Start at {@link io.stagger.samples.tinymoe.TinyMoeProvider}, which Stagger finds, and at
 * {@link io.stagger.samples.tinymoe.SameTextEverywhere}, a program of a page.
 *
 * <p>The dense part computes in double precision: it is small, and a router's choice must not hang
 * on rounding (the closest call in the golden prompt is 1.7e-5 apart). Every row is computed by
 * itself and every sum in one fixed order, so that a token's result does not depend on how a text
 * was cut into calls.
 */
@NullMarked
package io.stagger.samples.tinymoe;

import org.jspecify.annotations.NullMarked;
