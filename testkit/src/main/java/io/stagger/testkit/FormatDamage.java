package io.stagger.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.stagger.api.error.StaggerException;
import io.stagger.api.format.FormatRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Damaged files, and bytes that were never a file: each is read or refused with an error that names
 * the file, takes no more memory than a bound whatever it claims, and is left as it was.
 */
record FormatDamage(FormatTrip trip, List<GoodFile> good) {

  /** A file that is whole, and how to ask for it. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record GoodFile(byte[] bytes, List<FormatRequest> requests) {}

  /** Of a single file of a few hundred bytes; a slot layout of the largest size fits. */
  private static final long MAX_ALLOCATED = 100L << 20;

  /** One file in so many is noise. */
  private static final int NOISE = 16;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  void check(int files) {
    int read = 0;
    for (long seed = 0; seed < files; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      GoodFile file = good.get(random.nextInt(good.size()));
      FormatRequest request = file.requests().get(random.nextInt(file.requests().size()));
      byte[] bytes =
          random.nextInt(NOISE) == 0 ? noise(random) : Damage.to(file.bytes(), random.nextLong());
      try {
        read += isRead(bytes, request) ? 1 : 0;
      } catch (AssertionError | RuntimeException | StackOverflowError e) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        throw new AssertionError("damage of seed " + seed + ": " + e + "\n  file: " + text, e);
      }
    }
    assertTrue(read > 0, "damaged files that could still be read: none of " + files);
    assertTrue(read < files, "damaged files that were refused: none of " + files);
    assertEquals(List.of(trip.file()), siblings(), "files in the folder of the file that was read");
  }

  private static byte[] noise(SplittableRandom random) {
    byte[] noise = new byte[random.nextInt(300)];
    random.nextBytes(noise);
    return noise;
  }

  private boolean isRead(byte[] bytes, FormatRequest request) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try {
      trip.read(bytes, request);
      return true;
    } catch (StaggerException e) {
      assertFalse(e.diagnosis().problem().isBlank(), "an error without a problem");
      String name = trip.file().getFileName().toString();
      assertTrue(e.diagnosis().message().contains(name), () -> "the error names no file: " + e);
      return false;
    } finally {
      long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
      assertTrue(allocated < MAX_ALLOCATED, () -> allocated + " bytes of memory for one file");
    }
  }

  private List<Path> siblings() {
    try (Stream<Path> files = Files.list(trip.file().resolveSibling(""))) {
      return files.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
