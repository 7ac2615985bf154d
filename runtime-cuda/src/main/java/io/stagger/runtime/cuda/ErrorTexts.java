package io.stagger.runtime.cuda;

import static io.stagger.runtime.cuda.NativeFunction.INT;
import static io.stagger.runtime.cuda.NativeFunction.WORD;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/** What the driver says of its errors. */
final class ErrorTexts {

  private static final int SUCCESS = 0;

  private final NativeFunction getErrorName;
  private final NativeFunction getErrorString;

  ErrorTexts(DriverLibrary library) {
    this.getErrorName = library.bind("cuGetErrorName", INT, WORD);
    this.getErrorString = library.bind("cuGetErrorString", INT, WORD);
  }

  /** An error's name, number and text; the number alone where the driver does not know it. */
  String describe(int code) {
    Optional<String> name = text(getErrorName, code);
    Optional<String> text = text(getErrorString, code);
    return name.orElse("an error") + " (" + code + ")" + text.map(t -> ": " + t).orElse("");
  }

  @SuppressWarnings("restricted")
  private static Optional<String> text(NativeFunction function, int code) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
      boolean known = function.call(code, out.address()) == SUCCESS;
      MemorySegment text = out.get(ValueLayout.ADDRESS, 0);
      return known && text.address() != 0
          ? Optional.of(text.reinterpret(Integer.MAX_VALUE).getString(0))
          : Optional.empty();
    }
  }
}
