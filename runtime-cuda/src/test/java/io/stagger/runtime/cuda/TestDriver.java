package io.stagger.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stagger.api.strategy.Options;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The driver for tests that the build makes from this repository, and its control functions. */
@SuppressWarnings("restricted")
final class TestDriver {

  private static final String PROPERTY = "stagger.testcuda.library";

  private final Path library;
  private final MethodHandle reset;
  private final MethodHandle devices;
  private final MethodHandle capability;
  private final MethodHandle peers;
  private final MethodHandle version;
  private final MethodHandle fail;
  private final MethodHandle failLaunch;
  private final MethodHandle calls;
  private final MethodHandle callName;
  private final MethodHandle launches;
  private final MethodHandle live;
  private final MethodHandle report;
  private final MethodHandle getCurrent;
  private final MethodHandle getErrorName;

  private TestDriver(Path library) {
    this.library = library;
    SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
    this.reset = bind(symbols, "reset", FunctionDescriptor.ofVoid());
    this.devices = bind(symbols, "devices", FunctionDescriptor.ofVoid(JAVA_INT, JAVA_LONG));
    this.capability = bind(symbols, "capability", FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT));
    this.peers = bind(symbols, "peers", FunctionDescriptor.ofVoid(JAVA_INT));
    this.version = bind(symbols, "version", FunctionDescriptor.ofVoid(JAVA_INT));
    this.fail = bind(symbols, "fail", FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG, JAVA_INT));
    this.failLaunch = bind(symbols, "fail_launch", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));
    this.calls = bind(symbols, "calls", of(JAVA_LONG, ADDRESS));
    this.callName = bind(symbols, "call_name", of(ADDRESS, JAVA_INT));
    this.launches = bind(symbols, "launches", of(JAVA_LONG, ADDRESS));
    this.live = bind(symbols, "live", of(JAVA_LONG, ADDRESS));
    this.report = bind(symbols, "report", of(ADDRESS));
    this.getCurrent = bindDriver(symbols, "cuCtxGetCurrent", of(JAVA_INT, ADDRESS));
    this.getErrorName = bindDriver(symbols, "cuGetErrorName", of(JAVA_INT, JAVA_INT, ADDRESS));
  }

  private static FunctionDescriptor of(MemoryLayout result, MemoryLayout... parameters) {
    return FunctionDescriptor.of(result, parameters);
  }

  private static MethodHandle bind(SymbolLookup symbols, String name, FunctionDescriptor type) {
    return bindDriver(symbols, "testcuda_" + name, type);
  }

  private static MethodHandle bindDriver(
      SymbolLookup symbols, String name, FunctionDescriptor type) {
    return Linker.nativeLinker().downcallHandle(symbols.find(name).orElseThrow(), type);
  }

  /** A fresh driver with one device of 8 GiB; the test is skipped where there was no g++. */
  static TestDriver fresh() {
    String path = System.getProperty(PROPERTY, "target/testdriver/libstagger-testcuda.so");
    assumeTrue(
        Files.exists(Path.of(path)),
        "NO TEST DRIVER, SO NOTHING OF THE CUDA RUNTIME IS TESTED: there is no "
            + path
            + "; install g++ and build again");
    TestDriver driver = new TestDriver(Path.of(path).toAbsolutePath());
    driver.reset();
    return driver;
  }

  /**
   * This driver with the plain kernels; else the defaults, but for memory that is slow to poison.
   */
  Options options() {
    return Options.defaults(new CudaBackend().options())
        .with("library", library.toString())
        .with("kernels", "plain")
        .with("staging-mb", 1L)
        .with("tokens", 64L);
  }

  void reset() {
    call(() -> reset.invoke());
  }

  /** How many devices there are from now on, and how much memory each has. */
  void devices(int count, long bytes) {
    call(() -> devices.invoke(count, bytes));
  }

  /** What a device's compute capability is, ten times the major and the minor one. */
  void capability(int device, int value) {
    call(() -> capability.invoke(device, value));
  }

  /** From now on no device can reach another's memory. */
  void keepDevicesApart() {
    call(() -> peers.invoke(0));
  }

  void version(int cudaVersion) {
    call(() -> version.invoke(cudaVersion));
  }

  /** Makes the nth call from now of a function fail. */
  void fail(String function, long nth, int code) {
    withText(
        function,
        text -> {
          fail.invoke(text, nth, code);
          return 0L;
        });
  }

  /** Makes the nth kernel from now fail while it runs. */
  void failLaunch(long nth, int code) {
    call(() -> failLaunch.invoke(nth, code));
  }

  /** Calls of a function so far. */
  long calls(String function) {
    return withText(function, text -> (long) calls.invoke(text));
  }

  /** Every function of the driver. */
  List<String> functions() {
    List<String> names = new ArrayList<>();
    call(() -> {
      for (int i = 0; ; i++) {
        MemorySegment name = (MemorySegment) callName.invoke(i);
        if (name.address() == 0) {
          return null;
        }
        names.add(name.reinterpret(256).getString(0));
      }
    });
    return names;
  }

  /** Every error of the driver, by its code. */
  Map<Integer, String> errorNames() {
    Map<Integer, String> names = new TreeMap<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      call(() -> {
        for (int code = 1; code < 1000; code++) {
          if ((int) getErrorName.invoke(code, out) == 0) {
            names.put(code, out.get(ADDRESS, 0).reinterpret(256).getString(0));
          }
        }
        return null;
      });
    }
    return names;
  }

  /** Launches of a kernel that ran. */
  long launches(String kernel) {
    return withText(kernel, text -> (long) launches.invoke(text));
  }

  /** What is live of a kind. */
  long live(String what) {
    return withText(what, text -> (long) live.invoke(text));
  }

  /** The context of the calling thread; 0 if it has none. */
  long currentContext() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_LONG);
      call(() -> {
        assertThat((int) getCurrent.invoke(out)).isZero();
        return null;
      });
      return out.get(JAVA_LONG, 0);
    }
  }

  /** Everything that is live, and the last fault, in words. */
  String report() {
    String[] text = {""};
    call(() -> {
      text[0] = ((MemorySegment) report.invoke()).reinterpret(1 << 20).getString(0);
      return null;
    });
    return text[0];
  }

  /** What must be zero once everything is closed. */
  static List<String> kinds() {
    return List.of("allocations", "pinned", "streams", "events", "modules", "contexts");
  }

  private interface Body {
    Object run() throws Throwable;
  }

  private interface TextBody {
    long run(MemorySegment text) throws Throwable;
  }

  private static void call(Body body) {
    try {
      body.run();
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static long withText(String text, TextBody body) {
    try (Arena arena = Arena.ofConfined()) {
      return body.run(arena.allocateFrom(text));
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
