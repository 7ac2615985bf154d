/**
 * Finds providers of the SPIs and keeps them by name: on the class path through {@link
 * java.util.ServiceLoader}, and in the jars of {@code plugins.directory}, each in a class loader of
 * its own.
 *
 * <p>What a plug-in jar sees: itself, the JDK, the packages {@code io.stagger.api} and below, and
 * the JSpecify annotations. It sees neither the engine nor its libraries nor other plug-ins, so
 * that two plug-ins may bring different versions of one library. The context class loader is the
 * plug-in's own around every call into it. Class loaders keep plug-ins apart; they are no
 * protection against hostile code.
 *
 * <p>A jar that cannot be used is a {@link io.stagger.engine.plugin.PluginProblem} and does not
 * stop the others; two providers of one name are an error.
 */
@NullMarked
package io.stagger.engine.plugin;

import org.jspecify.annotations.NullMarked;
