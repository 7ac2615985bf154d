package io.stagger.runtime.cuda;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.StaggerException;
import java.util.Set;

/** A call of the CUDA driver failed. The message names the call, the error and what it was for. */
public final class CudaException extends StaggerException {

  private static final long serialVersionUID = 1L;

  private static final int OUT_OF_MEMORY = 2;

  /**
   * The errors of which {@code cuda.h} (CUDA 13.0) says that the process, or the context, can do no
   * more work: what kernels do wrong (an illegal address, a timeout, an assertion ...), and
   * contained hardware errors, a terminated MPS client, a failed external device.
   */
  private static final Set<Integer> LOST =
      Set.of(226, 700, 702, 710, 714, 715, 716, 717, 718, 719, 721, 810, 911);

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
    return LOST.contains(code)
        ? "The device's context is lost: close the runtime and start a new process"
        : "";
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
    return LOST.contains(code);
  }
}
