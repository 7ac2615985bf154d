package io.stagger.runtime.cuda;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;

/** The lanes of a runtime; a forward pass waits until one is free. */
final class Lanes {

  private final BlockingQueue<Lane> free;

  Lanes(List<Lane> lanes) {
    this.free = new LinkedBlockingQueue<>(lanes);
  }

  /** Runs a forward pass on a lane. */
  <T> T call(Function<Lane, T> pass) {
    Lane lane = take();
    try {
      return lane.call(pass);
    } finally {
      free.add(lane);
    }
  }

  private Lane take() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return free.take();
        } catch (InterruptedException e) {
          // A pass is short, and a caller that gave up could not tell what has been counted.
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
