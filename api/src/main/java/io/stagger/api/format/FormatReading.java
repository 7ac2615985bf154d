package io.stagger.api.format;

import java.util.List;

/**
 * What was read from a file.
 *
 * @param content the placement or the load
 * @param notes sentences for people: what was assumed, left out, or in the file without being part
 *     of the content; empty if there is nothing to say
 */
public record FormatReading(FormatContent content, List<String> notes) {

  /** Keeps its own list. */
  public FormatReading {
    notes = List.copyOf(notes);
  }
}
