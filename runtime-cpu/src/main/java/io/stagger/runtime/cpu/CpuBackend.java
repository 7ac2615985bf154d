package io.stagger.runtime.cpu;

import io.stagger.api.runtime.Availability;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.RuntimeBackend;
import io.stagger.api.runtime.RuntimeRequest;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.Options;
import java.util.List;
import java.util.Locale;

/**
 * Runs MoE layers on the CPU, all ranks in this process. The reference for other backends: the same
 * bits on every machine, with either choice of kernels and any number of threads.
 */
public final class CpuBackend implements RuntimeBackend {

  private static final System.Logger LOG = System.getLogger(CpuBackend.class.getName());

  private static final OptionSpec THREADS =
      OptionSpec.integer(
          "threads", 0, 0, 1024, "Threads that work for a call; 0 for one a processor.");

  private static final OptionSpec KERNELS =
      OptionSpec.choice(
          "kernels",
          List.of("auto", "vector", "scalar"),
          "Vector kernels need Java to be started with "
              + Kernels.VECTOR_FLAG
              + "; auto takes scalar ones where it was not, and says so.");

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(THREADS, KERNELS);
  }

  @Override
  public Availability availability(Options options) {
    Kernels.Choice choice = choice(options);
    if (choice == Kernels.Choice.VECTOR && !Kernels.hasVectorModule()) {
      return Availability.no(
          "vector kernels are asked for; start Java with " + Kernels.VECTOR_FLAG);
    }
    return Availability.yes(
        Runtime.getRuntime().availableProcessors()
            + " processors, "
            + Kernels.choose(choice).description());
  }

  @Override
  public MoeRuntime open(RuntimeRequest request) {
    Kernels.Choice choice = choice(request.options());
    if (choice == Kernels.Choice.AUTO && !Kernels.hasVectorModule()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "Using scalar kernels, which are several times slower: the Java module {0} is absent."
              + " Start Java with {1}",
          Kernels.VECTOR_MODULE,
          Kernels.VECTOR_FLAG);
    }
    Kernels kernels = Kernels.choose(choice);
    return new CpuRuntime(request, kernels, threads(request.options()));
  }

  private static Kernels.Choice choice(Options options) {
    String choice = options.optionalText(KERNELS.name()).orElse("auto");
    return Kernels.Choice.valueOf(choice.toUpperCase(Locale.ROOT));
  }

  private static int threads(Options options) {
    long threads =
        options.asMap().containsKey(THREADS.name()) ? options.integer(THREADS.name()) : 0;
    return threads == 0 ? Runtime.getRuntime().availableProcessors() : (int) threads;
  }
}
