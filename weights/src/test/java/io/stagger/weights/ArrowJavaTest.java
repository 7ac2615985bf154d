package io.stagger.weights;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.weights.ExpertWeights;
import io.stagger.api.weights.RankWeights;
import io.stagger.api.weights.Tensor;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Arrow Java's own reader, which copies, opens a store's files and sees the same numbers. */
class ArrowJavaTest {

  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"deepseek", "qwen2", "olmoe"})
  void itSeesTheSameNumbers(String family) throws IOException {
    CheckpointFixture fixture =
        switch (family) {
          case "deepseek" -> Families.deepSeek(1);
          case "qwen2" -> Families.qwen2(2);
          default -> Families.olmoe(3);
        };
    Path out = temp.resolve("out");
    CheckpointConverter.convert(fixture.write(temp.resolve("in")), out, ProgressListener.NONE);
    try (WeightStore store = WeightStore.open(out);
        BufferAllocator allocator = new RootAllocator();
        FileChannel channel =
            FileChannel.open(
                out.resolve(store.manifest().layers().get(1).file()), StandardOpenOption.READ);
        ArrowFileReader reader = new ArrowFileReader(channel, allocator)) {
      RankWeights weights = store.loader().load(PlacementFixture.contiguous(store.spec(), 1), 0);
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      assertThat(root.getSchema().getFields())
          .extracting(field -> field.getMetadata().get("ARROW:extension:name"))
          .containsOnly("arrow.fixed_shape_tensor");
      for (int expert = 0; expert < Families.EXPERTS; expert++) {
        assertThat(reader.loadNextBatch()).isTrue();
        assertThat(root.getRowCount()).isOne();
        ExpertWeights held = weights.slot(1, expert);
        List<Tensor> tensors = List.of(held.gate(), held.up(), held.down());
        for (int column = 0; column < 3; column++) {
          assertSame(root.getVector(column), tensors.get(column));
        }
      }
      assertThat(reader.loadNextBatch()).isFalse();
    }
  }

  private static void assertSame(FieldVector vector, Tensor tensor) {
    FixedSizeListVector list = (FixedSizeListVector) vector;
    assertThat(list.isNull(0)).isFalse();
    assertThat((long) list.getListSize()).isEqualTo(tensor.elements());
    FieldVector elements = list.getDataVector();
    for (int i = 0; i < list.getListSize(); i++) {
      assertThat(element(elements, i)).isEqualTo(tensor.get(i));
    }
  }

  private static float element(FieldVector elements, int index) {
    return switch (elements) {
      case Float4Vector singles -> singles.get(index);
      case Float2Vector halves -> halves.getValueAsFloat(index);
      case UInt2Vector brains -> Float.intBitsToFloat(brains.get(index) << 16);
      default -> throw new AssertionError(elements.getClass());
    };
  }
}
