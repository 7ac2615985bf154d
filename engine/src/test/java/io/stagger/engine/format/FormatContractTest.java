package io.stagger.engine.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.format.PlacementFormat;
import io.stagger.engine.io.NpyBytes;
import io.stagger.testkit.PlacementFormatContract;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Every format that comes with Stagger keeps the contract of formats. */
class FormatContractTest {

  @Test
  void everyFormatThatComesWithStaggerIsHere() {
    Stream<Class<?>> contracts =
        Arrays.stream(FormatContractTest.class.getDeclaredClasses())
            .filter(PlacementFormatContract.class::isAssignableFrom);
    List<String> formats =
        ServiceLoader.load(PlacementFormat.class).stream()
            .map(provider -> provider.type().getSimpleName().replace("Format", ""))
            .toList();
    assertThat(contracts.map(Class::getSimpleName)).containsExactlyInAnyOrderElementsOf(formats);
  }

  private static List<byte[]> texts(String... texts) {
    return Stream.of(texts).map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
  }

  @Nested
  class Sglang extends PlacementFormatContract {
    @Override
    protected PlacementFormat format() {
      return new SglangFormat();
    }

    @Override
    protected List<byte[]> samples() {
      return texts("{\"logical_count\": [[[1,2,3,4],[5,6.5,7,8]]], \"rank\": 0}");
    }
  }

  @Nested
  class Lmdeploy extends PlacementFormatContract {
    @Override
    protected PlacementFormat format() {
      return new LmdeployFormat();
    }
  }

  @Nested
  class TensorRtLlm extends PlacementFormatContract {
    @Override
    protected PlacementFormat format() {
      return new TensorRtLlmFormat();
    }

    @Override
    protected List<byte[]> samples() {
      return texts(
          """
          # of two ranks
          initial_global_assignments:
            0: [0, 1, 2, 3, 0, 1]
            1: [3, 2, 1, 0, 2, 1]
          num_slots: 6
          layer_updates_per_iter: 2
          ep_size: 2
          """);
    }
  }

  @Nested
  class VllmAscend extends PlacementFormatContract {
    @Override
    protected PlacementFormat format() {
      return new VllmAscendFormat();
    }
  }

  @Nested
  class Msit extends PlacementFormatContract {
    @Override
    protected PlacementFormat format() {
      return new MsitFormat();
    }

    @Override
    protected List<byte[]> samples() {
      return texts("1,2,3,4\n5,6,7,8\n2,3,4,5\n9,9,9,9\n");
    }
  }

  @Nested
  class Vllm extends PlacementFormatContract {
    @Override
    protected PlacementFormat format() {
      return new VllmFormat();
    }
  }

  @Nested
  class OmniPlacement extends PlacementFormatContract {
    @Override
    protected PlacementFormat format() {
      return new OmniPlacementFormat();
    }

    @Override
    protected List<byte[]> samples() {
      return List.of(
          NpyBytes.of("<i8", true, "2, 2, 4", 1, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 1, 0, 1, 1, 1));
    }
  }
}
