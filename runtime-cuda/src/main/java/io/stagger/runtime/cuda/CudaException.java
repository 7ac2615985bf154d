package io.stagger.runtime.cuda;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.StaggerException;

/** A call of the CUDA driver failed. The message names the call, the error and what it was for. */
public final class CudaException extends StaggerException {

  private static final long serialVersionUID = 1L;

  private static final int OUT_OF_MEMORY = 2;
  private static final int FIRST_LOST = 700;
  private static final int LAST_LOST = 719;
  private static final int PEER_ACCESS_ALREADY_ENABLED = 704;

  private final String function;
  private final int code;

  CudaException(String function, int code, String codeText, String subject) {
    super(Diagnosis.of(function + " failed with " + codeText, subject).remedy(remedy(code)));
    this.function = function;
    this.code = code;
  }

  private static String remedy(int code) {
    if (code == OUT_OF_MEMORY) {
      return "Another process may have taken memory; free some, lower runtime.cuda.tokens or"
          + " runtime.cuda.lanes, or use more devices";
    }
    return isLost(code)
        ? "The device's context is lost: close the runtime and start a new process"
        : "";
  }

  private static boolean isLost(int code) {
    return code >= FIRST_LOST && code <= LAST_LOST && code != PEER_ACCESS_ALREADY_ENABLED;
  }

  /** The driver's function, by its exact name, as {@code cuMemAlloc_v2}. */
  public String function() {
    return function;
  }

  /** The driver's {@code CUresult}. */
  public int code() {
    return code;
  }

  /** Whether the device's context is lost with it, so that every later call fails too. */
  public boolean isContextLost() {
    return isLost(code);
  }
}
