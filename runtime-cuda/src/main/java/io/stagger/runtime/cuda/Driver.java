package io.stagger.runtime.cuda;

import static io.stagger.runtime.cuda.NativeFunction.BYTE;
import static io.stagger.runtime.cuda.NativeFunction.INT;
import static io.stagger.runtime.cuda.NativeFunction.WORD;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The CUDA driver: every native call of this module, each checked. A failed call throws a {@link
 * CudaException} that names the call, the error and the subject of the call.
 *
 * <p>Symbols are bound by their versioned names. The driver exports the unversioned names of those
 * with {@code _v2} too, with the 32-bit parameters of CUDA 3, and calls of them go wrong unseen.
 *
 * <p>A context is current on an OS thread, not on a Java thread. Callers see to that themselves,
 * see {@link DriverThread}. Immutable; may be used from any thread.
 */
final class Driver {

  /** {@code CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT}. */
  static final int MULTIPROCESSORS = 16;

  /** {@code CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR}. */
  static final int CAPABILITY_MAJOR = 75;

  /** {@code CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR}. */
  static final int CAPABILITY_MINOR = 76;

  private static final Map<String, Driver> LOADED = new ConcurrentHashMap<>();

  private static final int SUCCESS = 0;
  private static final int PEER_ACCESS_UNSUPPORTED = 217;
  private static final int PEER_ACCESS_ALREADY_ENABLED = 704;
  private static final int TOO_MANY_PEERS = 711;
  private static final int STREAM_NON_BLOCKING = 1;
  private static final int EVENT_DISABLE_TIMING = 2;
  private static final int HOST_ALLOC_PORTABLE = 1;
  private static final int JIT_ERROR_LOG_BUFFER = 5;
  private static final int JIT_ERROR_LOG_BUFFER_BYTES = 6;
  private static final int LOG_BYTES = 8192;
  private static final int NAME_BYTES = 256;

  private final String library;
  private final ErrorTexts errors;

  private final NativeFunction init;
  private final NativeFunction driverGetVersion;
  private final NativeFunction deviceGetCount;
  private final NativeFunction deviceGet;
  private final NativeFunction deviceGetName;
  private final NativeFunction deviceGetAttribute;
  private final NativeFunction deviceTotalMem;
  private final NativeFunction deviceCanAccessPeer;
  private final NativeFunction primaryCtxRetain;
  private final NativeFunction primaryCtxRelease;
  private final NativeFunction ctxSetCurrent;
  private final NativeFunction ctxEnablePeerAccess;
  private final NativeFunction moduleLoadData;
  private final NativeFunction moduleGetFunction;
  private final NativeFunction moduleUnload;
  private final NativeFunction launchKernel;
  private final NativeFunction memAlloc;
  private final NativeFunction memFree;
  private final NativeFunction memGetInfo;
  private final NativeFunction memHostAlloc;
  private final NativeFunction memFreeHost;
  private final NativeFunction copyToDevice;
  private final NativeFunction copyToHost;
  private final NativeFunction copyToPeer;
  private final NativeFunction setBytes;
  private final NativeFunction setWords;
  private final NativeFunction streamCreate;
  private final NativeFunction streamDestroy;
  private final NativeFunction streamSynchronize;
  private final NativeFunction streamWaitEvent;
  private final NativeFunction eventCreate;
  private final NativeFunction eventDestroy;
  private final NativeFunction eventRecord;
  private final NativeFunction eventSynchronize;

  private Driver(DriverLibrary library) {
    this.library = library.name();
    init = library.bind("cuInit", INT);
    driverGetVersion = library.bind("cuDriverGetVersion", WORD);
    deviceGetCount = library.bind("cuDeviceGetCount", WORD);
    deviceGet = library.bind("cuDeviceGet", WORD, INT);
    deviceGetName = library.bind("cuDeviceGetName", WORD, INT, INT);
    deviceGetAttribute = library.bind("cuDeviceGetAttribute", WORD, INT, INT);
    deviceTotalMem = library.bind("cuDeviceTotalMem_v2", WORD, INT);
    deviceCanAccessPeer = library.bind("cuDeviceCanAccessPeer", WORD, INT, INT);
    primaryCtxRetain = library.bind("cuDevicePrimaryCtxRetain", WORD, INT);
    primaryCtxRelease = library.bind("cuDevicePrimaryCtxRelease_v2", INT);
    ctxSetCurrent = library.bind("cuCtxSetCurrent", WORD);
    ctxEnablePeerAccess = library.bind("cuCtxEnablePeerAccess", WORD, INT);
    moduleLoadData = library.bind("cuModuleLoadDataEx", WORD, WORD, INT, WORD, WORD);
    moduleGetFunction = library.bind("cuModuleGetFunction", WORD, WORD, WORD);
    moduleUnload = library.bind("cuModuleUnload", WORD);
    launchKernel =
        library.bind("cuLaunchKernel", WORD, INT, INT, INT, INT, INT, INT, INT, WORD, WORD, WORD);
    memAlloc = library.bind("cuMemAlloc_v2", WORD, WORD);
    memFree = library.bind("cuMemFree_v2", WORD);
    memGetInfo = library.bind("cuMemGetInfo_v2", WORD, WORD);
    memHostAlloc = library.bind("cuMemHostAlloc", WORD, WORD, INT);
    memFreeHost = library.bind("cuMemFreeHost", WORD);
    copyToDevice = library.bind("cuMemcpyHtoDAsync_v2", WORD, WORD, WORD, WORD);
    copyToHost = library.bind("cuMemcpyDtoHAsync_v2", WORD, WORD, WORD, WORD);
    copyToPeer = library.bind("cuMemcpyPeerAsync", WORD, WORD, WORD, WORD, WORD, WORD);
    setBytes = library.bind("cuMemsetD8Async", WORD, BYTE, WORD, WORD);
    setWords = library.bind("cuMemsetD32Async", WORD, INT, WORD, WORD);
    streamCreate = library.bind("cuStreamCreate", WORD, INT);
    streamDestroy = library.bind("cuStreamDestroy_v2", WORD);
    streamSynchronize = library.bind("cuStreamSynchronize", WORD);
    streamWaitEvent = library.bind("cuStreamWaitEvent", WORD, WORD, INT);
    eventCreate = library.bind("cuEventCreate", WORD, INT);
    eventDestroy = library.bind("cuEventDestroy_v2", WORD);
    eventRecord = library.bind("cuEventRecord", WORD, WORD);
    eventSynchronize = library.bind("cuEventSynchronize", WORD);
    errors = new ErrorTexts(library);
  }

  /**
   * The driver, loaded once a process and never unloaded, which a CUDA driver does not survive.
   *
   * @param library a path or a name that the system's loader knows; empty for the usual names
   * @throws io.stagger.api.error.RuntimeUnavailableException if there is none, or it is too old;
   *     also where Java was started without native access, which it names as the reason
   */
  static Driver load(Optional<String> library) {
    return LOADED.computeIfAbsent(
        library.orElse(""), name -> new Driver(DriverLibrary.find(library)));
  }

  /** The name or path it was loaded by. */
  String library() {
    return library;
  }

  void initialize() {
    check(init.call(0), init, () -> "driver library " + library);
  }

  /** The CUDA version that the driver speaks: 1000 times the major plus 10 times the minor one. */
  int version() {
    return integer(driverGetVersion, out -> driverGetVersion.call(out), () -> library);
  }

  int deviceCount() {
    return integer(deviceGetCount, out -> deviceGetCount.call(out), () -> library);
  }

  int device(int ordinal) {
    return integer(deviceGet, out -> deviceGet.call(out, ordinal), () -> "device " + ordinal);
  }

  int attribute(int attribute, int device) {
    return integer(
        deviceGetAttribute,
        out -> deviceGetAttribute.call(out, attribute, device),
        () -> "attribute " + attribute + " of device " + device);
  }

  String deviceName(int device) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(NAME_BYTES);
      check(
          deviceGetName.call(name.address(), NAME_BYTES - 1, device),
          deviceGetName,
          () -> "device " + device);
      return name.getString(0);
    }
  }

  long deviceBytes(int device) {
    return word(deviceTotalMem, out -> deviceTotalMem.call(out, device), () -> "device " + device);
  }

  boolean canAccessPeer(int device, int peer) {
    return integer(
            deviceCanAccessPeer,
            out -> deviceCanAccessPeer.call(out, device, peer),
            () -> "device " + device + " and device " + peer)
        != 0;
  }

  long retainContext(int device) {
    return word(
        primaryCtxRetain, out -> primaryCtxRetain.call(out, device), () -> "device " + device);
  }

  void releaseContext(int device) {
    check(primaryCtxRelease.call(device), primaryCtxRelease, () -> "device " + device);
  }

  void makeCurrent(long context) {
    check(ctxSetCurrent.call(context), ctxSetCurrent, () -> "context");
  }

  /**
   * Lets the current context read and write another's memory, unless it does already or the
   * hardware has no more of what that takes; copies between them then go through the host.
   */
  void enablePeerAccess(long context) {
    int result = ctxEnablePeerAccess.call(context, 0);
    boolean settled =
        result == PEER_ACCESS_ALREADY_ENABLED
            || result == TOO_MANY_PEERS
            || result == PEER_ACCESS_UNSUPPORTED;
    if (!settled) {
      check(result, ctxEnablePeerAccess, () -> "context of a peer");
    }
  }

  /** Compiles PTX for the current context's device; the error holds the compiler's own words. */
  long loadModule(String ptx, String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
      MemorySegment log = arena.allocate(LOG_BYTES);
      MemorySegment options = arena.allocate(ValueLayout.JAVA_INT, 2);
      options.setAtIndex(ValueLayout.JAVA_INT, 0, JIT_ERROR_LOG_BUFFER);
      options.setAtIndex(ValueLayout.JAVA_INT, 1, JIT_ERROR_LOG_BUFFER_BYTES);
      MemorySegment values = arena.allocate(ValueLayout.JAVA_LONG, 2);
      values.setAtIndex(ValueLayout.JAVA_LONG, 0, log.address());
      values.setAtIndex(ValueLayout.JAVA_LONG, 1, LOG_BYTES - 1);
      int result =
          moduleLoadData.call(
              out.address(),
              arena.allocateFrom(ptx).address(),
              2,
              options.address(),
              values.address());
      check(result, moduleLoadData, () -> name + " " + log.getString(0).strip());
      return out.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  long function(long module, String name) {
    try (Arena arena = Arena.ofConfined()) {
      long text = arena.allocateFrom(name).address();
      return word(
          moduleGetFunction,
          out -> moduleGetFunction.call(out, module, text),
          () -> "kernel " + name);
    }
  }

  void unloadModule(long module) {
    check(moduleUnload.call(module), moduleUnload, () -> "module");
  }

  /** Queues a kernel; the driver copies the parameters before it returns. */
  void launch(Kernel kernel, int gridX, int gridY, long stream, Parameters parameters) {
    try (Arena arena = Arena.ofConfined()) {
      int result =
          launchKernel.launch(
              kernel.function(),
              gridX,
              gridY,
              kernel.block(),
              kernel.sharedBytes(),
              stream,
              parameters.write(arena).address());
      check(
          result,
          launchKernel,
          () ->
              "kernel %s, grid %d x %d, block %d, %d bytes of shared memory"
                  .formatted(kernel.name(), gridX, gridY, kernel.block(), kernel.sharedBytes()));
    }
  }

  long allocate(long bytes, String what) {
    return word(memAlloc, out -> memAlloc.call(out, bytes), () -> what + ", " + bytes + " bytes");
  }

  void free(long address) {
    check(memFree.call(address), memFree, () -> "device memory");
  }

  /** Bytes of the current context's device that are free. */
  long freeBytes() {
    try (Arena arena = Arena.ofConfined()) {
      long total = arena.allocate(ValueLayout.JAVA_LONG).address();
      return word(memGetInfo, out -> memGetInfo.call(out, total), () -> "device memory");
    }
  }

  /** Allocates host memory that devices copy from and to by themselves. */
  long allocatePinned(long bytes, String what) {
    return word(
        memHostAlloc,
        out -> memHostAlloc.call(out, bytes, HOST_ALLOC_PORTABLE),
        () -> what + ", " + bytes + " bytes of pinned memory");
  }

  void freePinned(long address) {
    check(memFreeHost.call(address), memFreeHost, () -> "pinned memory");
  }

  void copyToDevice(long to, long from, long bytes, long stream) {
    check(
        copyToDevice.call(to, from, bytes, stream),
        copyToDevice,
        () -> bytes + " bytes from host to device");
  }

  void copyToHost(long to, long from, long bytes, long stream) {
    check(
        copyToHost.call(to, from, bytes, stream),
        copyToHost,
        () -> bytes + " bytes from device to host");
  }

  /** Copies between devices: directly where peer access is enabled, else through the host. */
  void copyToPeer(long to, long toContext, long from, long fromContext, long bytes, long stream) {
    check(
        copyToPeer.call(to, toContext, from, fromContext, bytes, stream),
        copyToPeer,
        () -> bytes + " bytes from device to device");
  }

  void setBytes(long to, byte value, long bytes, long stream) {
    check(setBytes.call(to, value, bytes, stream), setBytes, () -> bytes + " bytes");
  }

  void setWords(long to, int value, long count, long stream) {
    check(setWords.call(to, value, count, stream), setWords, () -> count + " words");
  }

  long createStream() {
    return word(streamCreate, out -> streamCreate.call(out, STREAM_NON_BLOCKING), () -> "stream");
  }

  void destroyStream(long stream) {
    check(streamDestroy.call(stream), streamDestroy, () -> "stream");
  }

  /**
   * Waits for all work of a stream.
   *
   * @param work what the stream did, for the error: what fails in a kernel surfaces here
   */
  void synchronizeStream(long stream, Supplier<String> work) {
    check(streamSynchronize.call(stream), streamSynchronize, work);
  }

  void waitForEvent(long stream, long event) {
    check(streamWaitEvent.call(stream, event, 0), streamWaitEvent, () -> "stream and event");
  }

  long createEvent() {
    return word(eventCreate, out -> eventCreate.call(out, EVENT_DISABLE_TIMING), () -> "event");
  }

  void destroyEvent(long event) {
    check(eventDestroy.call(event), eventDestroy, () -> "event");
  }

  void recordEvent(long event, long stream) {
    check(eventRecord.call(event, stream), eventRecord, () -> "event");
  }

  void synchronizeEvent(long event, String what) {
    check(eventSynchronize.call(event), eventSynchronize, () -> what);
  }

  private interface OutCall {
    int call(long out);
  }

  private int integer(NativeFunction function, OutCall call, Supplier<String> subject) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.JAVA_INT);
      check(call.call(out.address()), function, subject);
      return out.get(ValueLayout.JAVA_INT, 0);
    }
  }

  private long word(NativeFunction function, OutCall call, Supplier<String> subject) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
      check(call.call(out.address()), function, subject);
      return out.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  private void check(int result, NativeFunction function, Supplier<String> subject) {
    if (result != SUCCESS) {
      throw new CudaException(function.name(), result, errors.describe(result), subject.get());
    }
  }
}
