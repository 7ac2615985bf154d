package io.stagger.cli.output;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;

/** What a command found out: the same facts for people and for programs. */
public interface Report {

  /** Prints the report for people. */
  void print(PrintWriter out);

  /**
   * The report for programs; its keys are part of the command line's interface. It is made anew at
   * each call and belongs to the caller.
   */
  ObjectNode json();
}
