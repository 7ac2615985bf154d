/**
 * A placement strategy from outside the project: it knows Stagger's API and nothing else of it, and
 * Stagger finds it through {@link java.util.ServiceLoader} once the jar is on the class path or in
 * {@code plugins.directory}.
 */
package org.example.strategy;
