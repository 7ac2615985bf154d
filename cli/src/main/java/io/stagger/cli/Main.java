package io.stagger.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;

/**
 * Starts the command from the launcher.
 *
 * <p>The JVM prints a warning about the incubating vector module before anything of ours runs, and
 * no switch turns it off. So the launcher starts the JVM with standard error going through a
 * filter, and the real standard error as descriptor {@value #REAL_STDERR}; here it is put back in
 * its place, after which the filter has nothing more to do with the output.
 */
public final class Main {
  private static final int STDERR = 2;
  private static final int REAL_STDERR = 3;

  private Main() {}

  /**
   * Runs a command line and exits with its code.
   *
   * @param args the words after {@code stagger}
   */
  public static void main(String[] args) {
    if (Boolean.getBoolean("io.stagger.stderr.filtered")) {
      restoreStderr();
    }
    StaggerCommand.main(args);
  }

  /** If it fails, everything still reaches the user, through the filter. */
  @SuppressWarnings("restricted") // the launcher enables native access
  private static void restoreStderr() {
    Linker linker = Linker.nativeLinker();
    linker
        .defaultLookup()
        .find("dup2")
        .ifPresent(dup2 -> {
          var signature =
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
          try {
            int _ = (int) linker.downcallHandle(dup2, signature).invokeExact(REAL_STDERR, STDERR);
          } catch (Throwable e) {
            throw new AssertionError("dup2 takes two ints and throws nothing", e);
          }
        });
  }
}
