package io.stagger.runtime.cuda;

import io.stagger.api.error.RuntimeUnavailableException;
import io.stagger.api.runtime.Availability;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.RuntimeBackend;
import io.stagger.api.runtime.RuntimeRequest;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.Options;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Runs MoE layers on NVIDIA GPUs of compute capability 8.0 and later, all ranks in this process.
 * Needs nothing but the NVIDIA driver of CUDA 11 or later, and Java started with {@code
 * --enable-native-access=ALL-UNNAMED}.
 */
public final class CudaBackend implements RuntimeBackend {

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public List<OptionSpec> options() {
    return CudaOptions.SPECS;
  }

  @Override
  public Availability availability(Options options) {
    try {
      return Availability.yes(
          Device.choose(CudaOptions.of(options)).stream()
              .map(Device::toString)
              .collect(Collectors.joining(", ")));
    } catch (RuntimeUnavailableException e) {
      return Availability.no(e.diagnosis().message());
    }
  }

  @Override
  public MoeRuntime open(RuntimeRequest request) {
    return CudaRuntime.open(request);
  }
}
