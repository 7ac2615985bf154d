package io.stagger.engine.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stagger.api.Load;
import io.stagger.api.ModelShape;
import io.stagger.api.error.InvalidInputException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadFileWriteTest {

  private static final Load LOAD = Load.of(3, new double[][] {{1, 0, 2.5}, {1e12, 3, 0.1}});

  @TempDir private Path folder;

  @Test
  void writesWhatItReads() {
    Path file = folder.resolve("load.json");

    LoadFile.write(file, LOAD);

    assertThat(LoadFile.read(file, ModelShape.of(2, 3, 1, 1, 1))).isEqualTo(LOAD);
  }

  @Test
  void saysWhereItCannotWrite() {
    assertThatThrownBy(() -> LoadFile.write(folder.resolve("none/load.json"), LOAD))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("none/load.json: cannot be written");
  }
}
