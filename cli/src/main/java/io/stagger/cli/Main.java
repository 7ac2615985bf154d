package io.stagger.cli;

import java.lang.reflect.InvocationTargetException;

/**
 * Starts the command with the vector API at hand.
 *
 * <p>{@code --add-modules jdk.incubator.vector} would do the same, but then the JVM prints a
 * warning before every command, which no switch turns off. Loading the module at run time, as the
 * JVM does for its own agents, prints nothing; it takes {@code
 * --add-exports=java.base/jdk.internal.module=ALL-UNNAMED}, which the launcher gives.
 */
public final class Main {
  private Main() {}

  /**
   * Runs a command line and exits with its code.
   *
   * @param args the words after {@code stagger}
   */
  public static void main(String[] args) {
    loadVectorModule();
    StaggerCommand.main(args);
  }

  private static void loadVectorModule() {
    try {
      Class.forName("jdk.internal.module.Modules")
          .getMethod("loadModule", String.class)
          .invoke(null, "jdk.incubator.vector");
    } catch (ReflectiveOperationException e) {
      // Started without the launcher's flags: the CPU runtime then says which of its kernels it
      // uses, and why.
      if (e instanceof InvocationTargetException && e.getCause() instanceof Error error) {
        throw error;
      }
    }
  }
}
