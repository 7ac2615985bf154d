/**
 * How commands speak: reports that are a table for people and one JSON object for programs, tables,
 * and progress.
 *
 * <p>What may not live here: what a command knows. These types print what they are given.
 */
@NullMarked
package io.stagger.cli.output;

import org.jspecify.annotations.NullMarked;
