/**
 * From text to text: a {@link io.stagger.engine.text.TextModel} joins a model's weights with the
 * program that runs its dense part; {@link io.stagger.engine.text.PlacedModel} runs it under a
 * placement, scores texts, generates, and counts where the work went.
 */
@NullMarked
package io.stagger.engine.text;

import org.jspecify.annotations.NullMarked;
