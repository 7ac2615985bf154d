package io.stagger.spark;

import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.statistics.PartCounts;
import io.stagger.engine.trace.statistics.PartPlan;
import io.stagger.engine.trace.statistics.TracePart;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;

/** The parts in which Spark reads a folder, the same each time. */
sealed interface TraceParts permits ArrowParts, ParquetParts {

  /** What a file says of itself. */
  TraceHeader header(Path file);

  /** The file that a part is in. */
  Path file(PartKey key);

  /** Reads how large the parts are. */
  JavaRDD<PartSize> sizes();

  /** Counts the parts. */
  JavaRDD<PartCounts> counts(Broadcast<Work> work);

  /**
   * What every worker is told.
   *
   * @param plan how to count
   * @param places where each part lies in the trace
   */
  record Work(PartPlan plan, Map<PartKey, TracePart> places) implements Serializable {

    /** Keeps its own map. */
    public Work {
      places = Map.copyOf(places);
    }

    /** Where a part lies. */
    TracePart place(PartKey key) {
      TracePart place = places.get(key);
      if (place == null) {
        throw new IllegalStateException("Spark read other parts than before: " + key);
      }
      return place;
    }
  }
}
