package io.stagger.weights;

/** Is told how far a long piece of work has come. Called from the thread that does the work. */
@FunctionalInterface
public interface ProgressListener {

  /** Listens to nothing. */
  ProgressListener NONE = (what, done, total) -> {};

  /**
   * Some work was done.
   *
   * @param what what is being worked on: a file of the store
   * @param done bytes done so far, never less than before
   * @param total bytes in all
   */
  void progress(String what, long done, long total);
}
