package io.stagger.weights.safetensors;

import io.stagger.api.weights.TensorType;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Every element type of the safetensors format, whether Stagger computes with it or not. */
public enum SafetensorsType {
  BOOL(8, false),
  F4(4, true),
  F6_E2M3(6, true),
  F6_E3M2(6, true),
  U8(8, false),
  I8(8, false),
  F8_E5M2(8, true),
  F8_E4M3(8, true),
  F8_E8M0(8, true),
  F8_E4M3FNUZ(8, true),
  F8_E5M2FNUZ(8, true),
  I16(16, false),
  U16(16, false),
  F16(TensorType.F16),
  BF16(TensorType.BF16),
  I32(32, false),
  U32(32, false),
  F32(TensorType.F32),
  C64(64, true),
  F64(64, true),
  I64(64, false),
  U64(64, false);

  private final int bits;
  private final boolean real;
  private final @Nullable TensorType tensorType;

  SafetensorsType(int bits, boolean real) {
    this.bits = bits;
    this.real = real;
    this.tensorType = null;
  }

  SafetensorsType(TensorType type) {
    this.bits = type.bytes() * Byte.SIZE;
    this.real = true;
    this.tensorType = type;
  }

  /** The type of that name in a header. */
  public static Optional<SafetensorsType> named(String name) {
    for (SafetensorsType type : values()) {
      if (type.name().equals(name)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** Bits of an element. */
  public int bits() {
    return bits;
  }

  /** Whether it can hold weights, as opposed to indices and flags. */
  public boolean isReal() {
    return real;
  }

  /** The type that Stagger computes with; empty if it does not know this one. */
  public Optional<TensorType> tensorType() {
    return Optional.ofNullable(tensorType);
  }
}
