package io.stagger.runtime.cuda;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A C function that returns a {@code CUresult}, under its exact name. Pointers, handles and sizes
 * are longs. One {@code call} for each list of parameters that the driver has; a call with another
 * list than the function was bound with throws, before any native code runs.
 */
final class NativeFunction {

  /** A pointer, a handle or a {@code size_t}. */
  static final MemoryLayout WORD = JAVA_LONG;

  /** An {@code int}, an {@code unsigned int}, an enum or a {@code CUdevice}. */
  static final MemoryLayout INT = JAVA_INT;

  /** An {@code unsigned char}. */
  static final MemoryLayout BYTE = JAVA_BYTE;

  private final String name;
  private final MethodHandle handle;

  /** Binds an address to a list of parameters, which nothing can check. */
  @SuppressWarnings("restricted")
  NativeFunction(String name, MemorySegment address, MemoryLayout... parameters) {
    this.name = name;
    this.handle =
        Linker.nativeLinker().downcallHandle(address, FunctionDescriptor.of(JAVA_INT, parameters));
  }

  /** The name under which the library exports it. */
  String name() {
    return name;
  }

  int call(int a) {
    try {
      return (int) handle.invokeExact(a);
    } catch (Throwable e) {
      throw misbound(e);
    }
  }

  int call(long a) {
    try {
      return (int) handle.invokeExact(a);
    } catch (Throwable e) {
      throw misbound(e);
    }
  }

  int call(int a, long b) {
    try {
      return (int) handle.invokeExact(a, b);
    } catch (Throwable e) {
      throw misbound(e);
    }
  }

  int call(long a, int b) {
    try {
      return (int) handle.invokeExact(a, b);
    } catch (Throwable e) {
      throw misbound(e);
    }
  }

  int call(long a, long b) {
    try {
      return (int) handle.invokeExact(a, b);
    } catch (Throwable e) {
      throw misbound(e);
    }
  }

  int call(long a, int b, int c) {
    try {
      return (int) handle.invokeExact(a, b, c);
    } catch (Throwable e) {
      throw misbound(e);
    }
  }

  int call(long a, long b, int c) {
    try {
      return (int) handle.invokeExact(a, b, c);
    } catch (Throwable e) {
      throw misbound(e);
    }
  }

  int call(long a, long b, long c) {
    try {
      return (int) handle.invokeExact(a, b, c);
    } catch (Throwable e) {
      throw misbound(e);
    }
  }

  int call(long a, byte b, long c, long d) {
    try {
      return (int) handle.invokeExact(a, b, c, d);
    } catch (Throwable e) {
      throw misbound(e);
    }
  }

  int call(long a, int b, long c, long d) {
    try {
      return (int) handle.invokeExact(a, b, c, d);
    } catch (Throwable e) {
      throw misbound(e);
    }
  }

  int call(long a, long b, long c, long d) {
    try {
      return (int) handle.invokeExact(a, b, c, d);
    } catch (Throwable e) {
      throw misbound(e);
    }
  }

  int call(long a, long b, int c, long d, long e) {
    try {
      return (int) handle.invokeExact(a, b, c, d, e);
    } catch (Throwable t) {
      throw misbound(t);
    }
  }

  int call(long a, long b, long c, long d, long e, long f) {
    try {
      return (int) handle.invokeExact(a, b, c, d, e, f);
    } catch (Throwable t) {
      throw misbound(t);
    }
  }

  /** {@code cuLaunchKernel}: grid and block of one z. */
  int launch(
      long function,
      int gridX,
      int gridY,
      int blockX,
      int sharedBytes,
      long stream,
      long parameters) {
    try {
      return (int)
          handle.invokeExact(
              function, gridX, gridY, 1, blockX, 1, 1, sharedBytes, stream, parameters, 0L);
    } catch (Throwable e) {
      throw misbound(e);
    }
  }

  private AssertionError misbound(Throwable cause) {
    return new AssertionError("a call of " + name + " does not fit its binding", cause);
  }
}
