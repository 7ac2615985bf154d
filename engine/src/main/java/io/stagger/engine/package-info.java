/**
 * What joins the parts: registries of strategies and runtimes, plug-in loading, configuration,
 * Guice assembly, planning, the files that are read and written, and models from text to text.
 *
 * <p>Strategies and runtimes are reached through {@link java.util.ServiceLoader} alone, never by
 * class name. The engine asks the one placement; it derives no map of its own.
 */
@NullMarked
package io.stagger.engine;

import org.jspecify.annotations.NullMarked;
