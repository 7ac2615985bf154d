package io.stagger.cli;

/** What the command's exit code tells its caller. */
final class ExitCode {

  /** Done, and the answer is yes. */
  static final int OK = 0;

  /**
   * Done, and the answer is no: a placement that breaks a rule, weights that are not the right
   * ones.
   */
  static final int NO = 1;

  /** The command line itself is wrong. */
  static final int USAGE = 2;

  /** A file, a value or a plug-in is wrong; nothing was written. */
  static final int BAD_INPUT = 3;

  /** A defect of Stagger. */
  static final int INTERNAL = 4;

  private ExitCode() {}
}
