/**
 * Strategy {@code steady}: from the placement in force to a more even one with few moves.
 *
 * <p>Read {@link io.stagger.strategies.steady.SteadyStrategy} for what the user can ask, {@code
 * LayerSearch} for the algorithm, {@code Overwrites} and {@code Exchange} for its two kinds of
 * change, and {@code Allocation} for how layers share a budget; {@code Holding} is what the changes
 * are made to.
 *
 * <p>Sources: exchanges among many ranks at once are the cyclic exchanges of P. M. Thompson and J.
 * B. Orlin ("The theory of cyclic transfers", MIT Operations Research Center, 1989); their search
 * accepts what is a little worse as G. Dueck and T. Scheuer's threshold accepting does (J. Comput.
 * Phys. 90, 1990). That rooms and experts match if they do at every load is P. Hall's condition for
 * intervals with a common end.
 */
@NullMarked
package io.stagger.strategies.steady;

import org.jspecify.annotations.NullMarked;
