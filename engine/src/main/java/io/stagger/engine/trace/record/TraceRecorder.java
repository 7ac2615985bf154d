package io.stagger.engine.trace.record;

import io.stagger.api.error.StaggerException;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceWriter;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Records a trace while a model runs. The caller's thread hands over what was routed; a thread of
 * the recorder's own puts tokens together, compresses and writes them. At most {@link
 * #WAITING_TOKENS} tokens wait: where writing is slower than the model, the model waits, so that
 * nothing is lost. What goes wrong while writing is thrown at the next call, and by {@link #finish}
 * at the latest. Sequences may be recorded from several threads at once.
 */
public final class TraceRecorder implements AutoCloseable {

  /** The most tokens that wait to be written. */
  public static final int WAITING_TOKENS = 1 << 14;

  private final TraceWriter writer;
  private final BlockingQueue<RoutedTokens> queue = new LinkedBlockingQueue<>();
  private final Semaphore room = new Semaphore(WAITING_TOKENS, true);
  private final AtomicInteger sequences = new AtomicInteger();
  private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
  private final Thread thread;

  /**
   * Begins to record.
   *
   * @param writer of the trace; this object finishes and closes it
   */
  public TraceRecorder(TraceWriter writer) {
    this.writer = writer;
    this.thread = Thread.ofPlatform().daemon().name("stagger-trace").start(this::writeAll);
  }

  /**
   * Begins a sequence.
   *
   * @param sourceRank the rank that its tokens come from
   */
  public SequenceRecorder begin(int sourceRank) {
    return new SequenceRecorder(this, sequences.getAndIncrement(), sourceRank);
  }

  TraceHeader header() {
    return writer.header();
  }

  /** Waits until there is room for tokens, and hands them over. */
  void put(RoutedTokens tokens) {
    throwFailure();
    try {
      room.acquire(tokens.permits());
      queue.put(tokens);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private void writeAll() {
    try {
      for (RoutedTokens next = queue.take(); !next.isEnd(); next = queue.take()) {
        if (failure.get() == null) {
          write(next);
        }
        // Also after a failure: nobody may wait for room that never comes.
        room.release(next.permits());
      }
    } catch (InterruptedException e) {
      failure.compareAndSet(null, interrupted(e));
    }
  }

  private void write(RoutedTokens tokens) {
    try {
      tokens.writeTo(writer);
    } catch (RuntimeException e) {
      failure.set(e);
    }
  }

  private void throwFailure() {
    RuntimeException cause = failure.get();
    if (cause instanceof StaggerException known) {
      throw new StaggerException(known.diagnosis(), known);
    } else if (cause != null) {
      throw new IllegalStateException("the trace cannot be written", cause);
    }
  }

  /**
   * Writes what waits, and puts the trace in its place.
   *
   * @throws StaggerException if any of it could not be written; the trace is not in its place then
   */
  public void finish() {
    end();
    throwFailure();
    writer.finish();
  }

  private void end() {
    try {
      queue.put(RoutedTokens.END);
      thread.join();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted while a trace is recorded", e);
  }

  /** Stops; a trace that is not finished is gone. */
  @Override
  public void close() {
    end();
    writer.close();
  }
}
