/**
 * Configuration: every key declared once ({@link io.stagger.engine.config.ConfigKeys}), its value
 * from the last of several layers that sets it ({@link io.stagger.engine.config.StaggerConfig}),
 * and each value with its origin.
 *
 * <p>What may not live here: what a value means to the part that asks for it.
 */
@NullMarked
package io.stagger.engine.config;

import org.jspecify.annotations.NullMarked;
