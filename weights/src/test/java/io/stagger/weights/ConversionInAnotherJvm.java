package io.stagger.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Converts in a JVM of its own, which may be small, and may die in the middle. */
final class ConversionInAnotherJvm {

  /** The exit status of a JVM that was made to die. */
  static final int KILLED = 137;

  private ConversionInAnotherJvm() {}

  /**
   * Converts and waits.
   *
   * @param killAt after how many bytes the JVM dies as from a kill: nothing is closed or cleaned up
   * @return its exit status
   */
  static int run(Path in, Path out, long killAt, String... jvmOptions)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(jvmOptions));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            ConversionInAnotherJvm.class.getName(),
            in.toString(),
            out.toString(),
            Long.toString(killAt)));
    Process process = new ProcessBuilder(command).inheritIO().start();
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("no end after two minutes");
    }
    return process.exitValue();
  }

  /** Checkpoint, store, and when to die. */
  public static void main(String... args) {
    long killAt = Long.parseLong(args[2]);
    CheckpointConverter.convert(
        Path.of(args[0]),
        Path.of(args[1]),
        (what, done, total) -> {
          if (done >= killAt) {
            Runtime.getRuntime().halt(KILLED);
          }
        });
  }
}
