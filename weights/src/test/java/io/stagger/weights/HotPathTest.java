package io.stagger.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stagger.api.Placement;
import io.stagger.api.weights.RankWeights;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs in a JVM that refuses {@code sun.misc.Unsafe} and native access, as a later JDK will by
 * default.
 */
@Tag("deny")
class HotPathTest {

  @TempDir Path temp;

  @Test
  void convertingOpeningLoadingAndProvingNeedNoUnsafe() throws IOException {
    Path in = Families.fused(Families.qwen3(1), true).write(temp.resolve("in"));
    CheckpointConverter.convert(in, temp.resolve("out"), ProgressListener.NONE);
    try (WeightStore store = WeightStore.open(temp.resolve("out"))) {
      store.verify(ProgressListener.NONE);
      Placement placement = PlacementFixture.striped(store.spec(), 3);
      RankWeights weights = store.loader().load(placement, 2);
      assertThat(weights.prove(placement).slots()).isEqualTo(4);
      assertThat(weights.slot(0, 0).gate().get(0)).isBetween(-0.5f, 0.5f);
      assertThat(store.loader().layer(0).router().data().isMapped()).isTrue();
    }
  }

  /** Else the test above would prove nothing. */
  @Test
  void thisJvmReallyRefusesUnsafe() throws ReflectiveOperationException {
    Class<?> type = Class.forName("sun.misc.Unsafe");
    Field instance = type.getDeclaredField("theUnsafe");
    instance.setAccessible(true);
    Object unsafe = instance.get(null);
    assertThatThrownBy(() -> type.getMethod("allocateMemory", long.class).invoke(unsafe, 8L))
        .hasCauseInstanceOf(UnsupportedOperationException.class);
  }
}
