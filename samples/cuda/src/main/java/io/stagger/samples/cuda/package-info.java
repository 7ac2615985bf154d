/** A sample: which devices there are, and an MoE layer of a small real model on one of them. */
@NullMarked
package io.stagger.samples.cuda;

import org.jspecify.annotations.NullMarked;
