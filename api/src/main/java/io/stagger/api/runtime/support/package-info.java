/**
 * What every runtime needs and none should write twice: checks of batches, routings and weights,
 * ranks whose weights are loaded and proved, and a gate that lets calls finish before a runtime
 * closes. For those who write a {@link io.stagger.api.runtime.RuntimeBackend}.
 */
@NullMarked
package io.stagger.api.runtime.support;

import org.jspecify.annotations.NullMarked;
