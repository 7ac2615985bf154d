package io.stagger.engine.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.stagger.api.ModelShape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Apache Arrow's own implementation reads what we write, and we read what it writes. */
class ArrowJavaTest {

  private static final TraceHeader HEADER =
      new TraceHeader(
          new ModelShape("wide", List.of(3, 4), 300, 3, 3, 2), true, List.of("drama", "python"));

  private static final List<TraceToken> TOKENS = Traces.tokens(HEADER, 200, 3);

  @TempDir Path folder;

  @Test
  void arrowReadsOurFiles() throws IOException {
    Path file = folder.resolve("trace.arrow");
    try (TraceWriter writer = TraceWriter.create(file, HEADER)) {
      TOKENS.forEach(writer::add);
      writer.finish();
    }
    try (BufferAllocator allocator = new RootAllocator();
        FileChannel channel = FileChannel.open(file);
        ArrowFileReader reader =
            new ArrowFileReader(channel, allocator, CommonsCompressionFactory.INSTANCE)) {
      assertThat(reader.getRecordBlocks()).hasSize(1);
      assertThat(read(reader)).isEqualTo(TOKENS);
    }
  }

  @Test
  void arrowReadsOurStreams() throws IOException {
    byte[] bytes = Traces.stream(HEADER, TOKENS);
    try (BufferAllocator allocator = new RootAllocator();
        ArrowStreamReader reader =
            new ArrowStreamReader(
                new ByteArrayInputStream(bytes), allocator, CommonsCompressionFactory.INSTANCE)) {
      assertThat(reader.getVectorSchemaRoot().getSchema().getCustomMetadata())
          .containsOnlyKeys("stagger.trace");
      assertThat(read(reader)).isEqualTo(TOKENS);
    }
  }

  private static List<TraceToken> read(ArrowReader reader) throws IOException {
    List<TraceToken> tokens = new ArrayList<>();
    VectorSchemaRoot root = reader.getVectorSchemaRoot();
    while (reader.loadNextBatch()) {
      IntVector ranks = (IntVector) root.getVector("source_rank");
      UInt2Vector datasets = (UInt2Vector) root.getVector("dataset");
      for (int row = 0; row < root.getRowCount(); row++) {
        tokens.add(
            TraceToken.of(
                    ((IntVector) root.getVector("sequence")).get(row),
                    ((IntVector) root.getVector("position")).get(row),
                    ((UInt1Vector) root.getVector("phase")).get(row) == 0
                        ? Phase.PREFILL
                        : Phase.DECODE,
                    experts(root, row))
                .withSourceRank(ranks.isNull(row) ? -1 : ranks.get(row))
                .withDataset(datasets.isNull(row) ? -1 : datasets.get(row))
                .withWeights(weights(root, row)));
      }
    }
    return tokens;
  }

  private static char[] experts(VectorSchemaRoot root, int row) {
    FixedSizeListVector lists = (FixedSizeListVector) root.getVector("experts");
    UInt2Vector values = (UInt2Vector) lists.getDataVector();
    char[] experts = new char[lists.getListSize()];
    for (int i = 0; i < experts.length; i++) {
      experts[i] = values.get(row * experts.length + i);
    }
    return experts;
  }

  private static float[] weights(VectorSchemaRoot root, int row) {
    FixedSizeListVector lists = (FixedSizeListVector) root.getVector("weights");
    Float4Vector values = (Float4Vector) lists.getDataVector();
    float[] weights = new float[lists.getListSize()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = values.get(row * weights.length + i);
    }
    return weights;
  }

  @ParameterizedTest
  @EnumSource(
      value = CompressionUtil.CodecType.class,
      names = {"NO_COMPRESSION", "ZSTD"})
  void weReadStreamsOfArrow(CompressionUtil.CodecType codec) throws IOException {
    byte[] ours = Traces.stream(HEADER, TOKENS);
    ByteArrayOutputStream theirs = new ByteArrayOutputStream();
    try (BufferAllocator allocator = new RootAllocator();
        ArrowStreamReader reader =
            new ArrowStreamReader(
                new ByteArrayInputStream(ours), allocator, CommonsCompressionFactory.INSTANCE)) {
      reader.loadNextBatch();
      try (ArrowStreamWriter writer = writer(reader.getVectorSchemaRoot(), theirs, codec)) {
        writer.start();
        writer.writeBatch();
        writer.end();
      }
    }
    assertThat(theirs.toByteArray()).isNotEqualTo(ours);
    assertThat(Traces.all(Traces.reader(theirs.toByteArray()))).isEqualTo(TOKENS);
  }

  private static ArrowStreamWriter writer(
      VectorSchemaRoot root, OutputStream out, CompressionUtil.CodecType codec) {
    return new ArrowStreamWriter(
        root,
        null,
        Channels.newChannel(out),
        IpcOption.DEFAULT,
        codec == CompressionUtil.CodecType.NO_COMPRESSION
            ? NoCompressionCodec.Factory.INSTANCE
            : CommonsCompressionFactory.INSTANCE,
        codec,
        Optional.of(3));
  }
}
