/**
 * Contracts, as JUnit 5 classes, that every strategy, every placement format and every runtime must
 * pass: a third party extends one, hands it the implementation, and gets the tests.
 *
 * <p>Published for others, so it depends on the API and on JUnit alone: no strategy, runtime or
 * engine class may appear here, and a change that fails a correct implementation is a change of the
 * API.
 */
@NullMarked
package io.stagger.testkit;

import org.jspecify.annotations.NullMarked;
