/**
 * Strategy {@code budget}: one number of slots for the whole model, given to the layers where a
 * replica gains most.
 *
 * <p>Read {@link io.stagger.strategies.budget.BudgetStrategy}; {@code Levels} are the sizes that a
 * layer may have, {@code Shares} gives the slots out.
 */
@NullMarked
package io.stagger.strategies.budget;

import org.jspecify.annotations.NullMarked;
