package io.stagger.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stagger.api.error.InvalidInputException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFileTest {

  @TempDir private Path directory;

  @Test
  void readsUtf8() throws IOException {
    Path file = Files.writeString(directory.resolve("text"), "床前明月光");

    assertThat(TextFile.read(file)).isEqualTo("床前明月光");
  }

  @Test
  void namesTheFirstByteThatIsNotUtf8() throws IOException {
    Path file = Files.write(directory.resolve("text"), new byte[] {'a', 'b', (byte) 0xFF, 'c'});

    assertThatThrownBy(() -> TextFile.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(file + ": byte 2 is not UTF-8; expected a text in UTF-8");
  }

  @Test
  void refusesATextThatEndsWithinACharacter() throws IOException {
    Path file = Files.write(directory.resolve("text"), new byte[] {'a', (byte) 0xE5, (byte) 0xBA});

    assertThatThrownBy(() -> TextFile.read(file)).hasMessageContaining("byte 1 is not UTF-8");
  }

  @Test
  void refusesAFileThatIsTooLong() throws IOException {
    Path file = directory.resolve("text");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(TextFile.MAX_BYTES + 1L);
    }

    assertThatThrownBy(() -> TextFile.read(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("more than 16777216 bytes");
  }

  @Test
  void saysThatAFileIsMissing() {
    assertThatThrownBy(() -> TextFile.read(directory.resolve("none")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("none: cannot be read: no such file or folder");
  }
}
