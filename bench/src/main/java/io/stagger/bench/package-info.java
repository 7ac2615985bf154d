/** JMH benchmarks. The only module that may depend on all others; nothing depends on it. */
@NullMarked
package io.stagger.bench;

import org.jspecify.annotations.NullMarked;
