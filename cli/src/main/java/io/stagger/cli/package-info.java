/**
 * The {@code stagger} command, its reports and its plots.
 *
 * <p>A command is thin: it parses, calls the engine and prints. Nothing is computed here, and
 * strategies and runtimes are on the class path at run time only.
 */
@NullMarked
package io.stagger.cli;

import org.jspecify.annotations.NullMarked;
