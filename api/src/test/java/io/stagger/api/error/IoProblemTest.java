package io.stagger.api.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IoProblemTest {

  @Test
  void aMissingFileIsSaidToBeMissing(@TempDir Path folder) {
    IOException real =
        catchThrowableOfType(IOException.class, () -> Files.size(folder.resolve("none")));
    assertThat(IoProblem.of("cannot be read", real))
        .isEqualTo("cannot be read: no such file or folder");
  }

  @Test
  void kindsThatJavaTellsByTheirClassAloneAreSaidInWords() {
    assertThat(IoProblem.of("cannot be read", new AccessDeniedException("/x")))
        .isEqualTo("cannot be read: access denied");
    assertThat(IoProblem.of("cannot be written", new NotDirectoryException("/x")))
        .isEqualTo("cannot be written: not a folder");
    assertThat(IoProblem.of("cannot be written", new FileAlreadyExistsException("/x")))
        .isEqualTo("cannot be written: a file of that name is in the way");
  }

  @Test
  void theSystemsReasonStandsWithoutThePathsOfTheException() {
    assertThat(IoProblem.of("cannot be written", new FileSystemException("/.x.part", "/x", "Full")))
        .isEqualTo("cannot be written: Full");
  }

  @Test
  void otherwiseTheMessageOrTheKindOfErrorIsTheReason() {
    assertThat(IoProblem.of("cannot be read", new IOException("Is a directory")))
        .isEqualTo("cannot be read: Is a directory");
    assertThat(IoProblem.of("cannot be read", new EOFException()))
        .isEqualTo("cannot be read: EOFException");
  }
}
