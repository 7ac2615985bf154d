package io.stagger.cli.output;

import java.io.PrintWriter;

/**
 * Shows how far a long task is: a bar that is redrawn in place on a terminal, and elsewhere a line
 * at each quarter, so that a log stays short. May be told from any thread.
 */
public final class ProgressBar implements AutoCloseable {

  private static final int WIDTH = 30;
  private static final int PERCENT = 100;
  private static final int QUARTER = 25;

  private final PrintWriter out;
  private final boolean terminal;
  private String task = "";
  private int shown = -1;
  private int lineLength;

  /**
   * @param out where to draw, standard error in general
   * @param terminal whether a line can be redrawn there
   */
  public ProgressBar(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /**
   * Shows a state.
   *
   * @param what the task, in a few words
   * @param done units done, from 0
   * @param total units in all, at least {@code done}; 0 if there is nothing to do
   */
  public synchronized void progress(String what, long done, long total) {
    int percent = total <= 0 ? PERCENT : (int) Math.min(PERCENT, done * (double) PERCENT / total);
    int step = terminal ? percent : percent / QUARTER * QUARTER;
    boolean news = step != shown || (terminal && !what.equals(task));
    if (!news) {
      return;
    }
    task = what;
    shown = step;
    if (terminal) {
      redraw(bar(percent) + " " + what);
    } else {
      out.printf("%3d%% %s%n", percent, what);
    }
    out.flush();
  }

  private static String bar(int percent) {
    int filled = percent * WIDTH / PERCENT;
    return "[%s%s] %3d%%".formatted("#".repeat(filled), ".".repeat(WIDTH - filled), percent);
  }

  private void redraw(String line) {
    // Blanks instead of an erase sequence: it works on terminals that know no sequences.
    out.print("\r" + line + " ".repeat(Math.max(0, lineLength - line.length())));
    lineLength = line.length();
  }

  /** Leaves the terminal's cursor on a line of its own. */
  @Override
  public synchronized void close() {
    if (lineLength > 0) {
      out.println();
      out.flush();
      lineLength = 0;
    }
  }
}
