/**
 * The language-model SPI: the part of a model that is not MoE (embedding, attention, vocabulary)
 * comes from a provider, the MoE layers come from Stagger. It lets the command line run a model
 * from text to text.
 */
@NullMarked
package io.stagger.api.text;

import org.jspecify.annotations.NullMarked;
