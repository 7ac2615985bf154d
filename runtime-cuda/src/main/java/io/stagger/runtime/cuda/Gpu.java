package io.stagger.runtime.cuda;

import io.stagger.api.MoeSpec;
import io.stagger.api.weights.LayerWeights;
import io.stagger.api.weights.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * A device as a runtime uses it: kernels, what every rank holds of each layer, memory for slots,
 * and the counts of routed tokens. Apart from slots and counts immutable.
 */
final class Gpu implements Resource {

  private final Resources resources = new Resources();
  private final DeviceContext context;
  private final Kernels kernels;
  private final Uploader uploader;
  private final SlotPool slots;
  private final RoutedCounts counts;
  private final List<CommonLayer> layers = new ArrayList<>();

  /**
   * Loads everything but the slots.
   *
   * @param context stays open until this is closed; the caller's
   * @param common router and shared expert of each layer
   * @param type of the routed experts' weights
   */
  Gpu(
      DeviceContext context,
      MoeSpec spec,
      List<LayerWeights> common,
      TensorType type,
      CudaOptions options) {
    this.context = context;
    try {
      this.kernels = resources.add(Kernels.load(context, usesTensorCores(common, type, options)));
      this.uploader = resources.add(new Uploader(context, options.stagingBytes()));
      this.slots = resources.add(new SlotPool(context, ExpertLayout.routed(spec, type).bytes()));
      this.counts = resources.add(new RoutedCounts(context, spec.shape()));
      load(common);
    } catch (RuntimeException | Error e) {
      resources.closeAfter(e);
      throw e;
    }
  }

  private void load(List<LayerWeights> common) {
    try {
      for (LayerWeights layer : common) {
        layers.add(resources.add(new CommonLayer(context, uploader, layer)));
      }
      uploader.finish();
    } catch (RuntimeException | Error e) {
      // Before the memory goes that copies under way are for.
      resources.add(uploader::finish);
      throw e;
    }
  }

  /** Whether any expert, routed or shared, is multiplied by tensor cores. */
  static boolean usesTensorCores(List<LayerWeights> common, TensorType type, CudaOptions options) {
    return options.kernels().usesTensorCores(type)
        || common.stream()
            .flatMap(layer -> layer.shared().stream())
            .anyMatch(shared -> options.kernels().usesTensorCores(shared.gate().type()));
  }

  DeviceContext context() {
    return context;
  }

  Kernels kernels() {
    return kernels;
  }

  /** For the one thread that loads weights. */
  Uploader uploader() {
    return uploader;
  }

  SlotPool slots() {
    return slots;
  }

  RoutedCounts counts() {
    return counts;
  }

  /** Router and shared expert of a layer. */
  CommonLayer layer(int layer) {
    return layers.get(layer);
  }

  @Override
  public void close() {
    resources.close();
  }
}
