/** What balance costs in traffic between nodes. */
@NullMarked
package io.stagger.engine.traffic;

import org.jspecify.annotations.NullMarked;
