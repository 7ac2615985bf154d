/** What it takes to get from the placement in force to a better one. */
@NullMarked
package io.stagger.engine.migration;

import org.jspecify.annotations.NullMarked;
