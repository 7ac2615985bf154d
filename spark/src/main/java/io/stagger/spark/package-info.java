/**
 * The statistics of traces that outgrow one machine, counted on Apache Spark: {@link
 * io.stagger.spark.SparkStatistics} counts a folder, {@link io.stagger.spark.LoadJob} writes its
 * load. What is counted, and that the sum of the parts is what one machine would have counted, is
 * the engine's: {@link io.stagger.engine.trace.statistics.PartPlan}.
 */
@NullMarked
package io.stagger.spark;

import org.jspecify.annotations.NullMarked;
