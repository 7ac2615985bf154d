package io.stagger.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.stagger.api.ModelShape;
import io.stagger.api.error.StaggerException;
import io.stagger.api.format.FormatContent;
import io.stagger.api.format.FormatFeature;
import io.stagger.api.format.FormatReading;
import io.stagger.api.format.FormatRequest;
import io.stagger.api.format.PlacementFormat;
import io.stagger.api.strategy.Options;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Writes contents in a format and reads files of it, in a folder of its own. */
record FormatTrip(PlacementFormat format, Options options, Path file) {

  /**
   * A content's file; empty if the format refuses the content, which must leave nothing written.
   */
  Optional<byte[]> written(FormatContent content) {
    OpenStream out = new OpenStream();
    try {
      List<String> notes = format.write(content, options, out);
      assertNotNull(notes, "write() returns null");
      assertSentences(notes);
    } catch (StaggerException refused) {
      assertEquals(0, out.size(), () -> "bytes written before it refused: " + refused.getMessage());
      return Optional.empty();
    } catch (IOException e) {
      return fail("an exception of a stream that threw none", e);
    }
    assertTrue(!out.closed, "write() closes the stream");
    return Optional.of(out.toByteArray());
  }

  /** A content's file, which the format must not refuse. */
  byte[] mustWrite(FormatContent content) {
    return written(content).orElseThrow(() -> new AssertionError("refuses " + content));
  }

  /** What a file of these bytes holds. */
  FormatReading read(byte[] bytes, FormatRequest request) {
    put(bytes);
    FormatReading reading = format.read(file, request);
    assertNotNull(reading, "read() returns null");
    assertNotNull(reading.content(), "a reading without content");
    assertSentences(reading.notes());
    request.model().ifPresent(model -> assertOf(model, reading.content().model()));
    return reading;
  }

  /** Layer numbers may be the file's, where the caller's model has none of its own. */
  private static void assertOf(ModelShape asked, ModelShape read) {
    List<Integer> numbers = read.moeLayers();
    ModelShape renumbered =
        new ModelShape(
            asked.name(),
            asked.layers() == numbers.size() ? numbers : asked.moeLayers(),
            asked.experts(),
            asked.topK(),
            asked.groups(),
            asked.topGroups());
    assertEquals(renumbered, read, "the model that was asked for");
  }

  /** What must come of a file that holds a content, read by those who know model and ranks. */
  void assertReadsBack(FormatContent content, byte[] bytes) {
    FormatContent back = read(bytes, known(content)).content();
    assertEquals(comparable(content), comparable(back), "what was written reads back");
  }

  /** A content, but for what the format says that it loses. */
  private FormatContent comparable(FormatContent content) {
    boolean ordered = format.features().contains(FormatFeature.SLOT_ORDER);
    return switch (content) {
      case FormatContent.OfPlacement(var model, var placement) when !ordered ->
          new FormatContent.OfPlacement(model, placement.withSlotsInOrder());
      default -> content;
    };
  }

  /** What whoever wrote a content knows of its file. */
  FormatRequest known(FormatContent content) {
    return new FormatRequest(Optional.of(content.model()), ranksOf(content), options);
  }

  static OptionalInt ranksOf(FormatContent content) {
    return content instanceof FormatContent.OfPlacement(_, var placement)
        ? OptionalInt.of(placement.ranks())
        : OptionalInt.empty();
  }

  void put(byte[] bytes) {
    try {
      // A new file: to write over an old one, some file systems wait for the disk.
      Files.deleteIfExists(file);
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assertSentences(List<String> notes) {
    assertTrue(notes.stream().noneMatch(String::isBlank), () -> "a blank note: " + notes);
  }

  /** Remembers that it was closed. */
  private static final class OpenStream extends ByteArrayOutputStream {
    private boolean closed;

    @Override
    public void close() {
      closed = true;
    }
  }

  /** A stream that breaks after some bytes, as a full disk does. */
  static OutputStream breakingAfter(int bytes) {
    return new OutputStream() {
      private int left = bytes;

      @Override
      public void write(int value) throws IOException {
        if (left-- <= 0) {
          throw new IOException("no space left, as planned by the test");
        }
      }
    };
  }
}
