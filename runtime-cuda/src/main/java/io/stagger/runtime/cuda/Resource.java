package io.stagger.runtime.cuda;

/** Something that must be given back, and says so without checked exceptions. */
interface Resource extends AutoCloseable {

  /** Gives it back; does nothing the second time. */
  @Override
  void close();
}
