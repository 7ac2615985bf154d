package io.stagger.api.format;

import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.Options;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * A file format of another system for placements, loads or both.
 *
 * <p>Found through {@link java.util.ServiceLoader}; a provider needs a public constructor without
 * parameters. May be called from several threads at once.
 *
 * <p>The engine checks what passes through: before it writes, that the format carries all that the
 * content has; after it wrote, that the file reads back as the same content; after it read, that
 * the placement is valid. A format need do neither.
 */
public interface PlacementFormat {

  /** The name that {@code --format} selects: lower-case letters, digits, '_', '-' and '.'. */
  String name();

  /** A sentence for people: whose format it is, and where that system takes the file. */
  default String description() {
    return "";
  }

  /** What its files can carry; holds {@link FormatFeature#PLACEMENT}, {@code LOAD} or both. */
  Set<FormatFeature> features();

  /** Sentences for people on what the features do not say; empty if there is nothing to say. */
  default List<String> notes() {
    return List.of();
  }

  /** The options that {@link #read} and {@link #write} understand. */
  default List<OptionSpec> options() {
    return List.of();
  }

  /**
   * Reads a file. Believes nothing of it: no memory is taken for a size that the file only claims,
   * and nothing in it is executed.
   *
   * @param file a file, or a folder for formats of several files
   * @throws io.stagger.api.error.StaggerException if it cannot be read, is malformed, or
   *     contradicts the request; the message names the file and the place in it
   */
  FormatReading read(Path file, FormatRequest request);

  /**
   * Writes a file.
   *
   * @param content something that {@link #features} covers
   * @param options values of the format's options
   * @param out where to; stays open
   * @return notes for people: what the reader of the file must be told; empty if nothing
   * @throws io.stagger.api.error.StaggerException if this content cannot be written; nothing has
   *     gone to {@code out} then
   * @throws IOException if {@code out} does
   */
  List<String> write(FormatContent content, Options options, OutputStream out) throws IOException;
}
