package io.stagger.api.error;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/**
 * What an input or output error tells a person. Java's own text is often the name of a class and a
 * path, and the path may be one that nobody named, such as that of a temporary file.
 */
public final class IoProblem {

  private IoProblem() {}

  /**
   * The problem of a {@link Diagnosis}, whose place says which file it is about.
   *
   * @param failed what did not work, such as {@code "cannot be read"}
   */
  public static String of(String failed, IOException cause) {
    return failed + ": " + reason(cause);
  }

  private static String reason(IOException cause) {
    return switch (cause) {
      case NoSuchFileException _ -> "no such file or folder";
      case AccessDeniedException _ -> "access denied";
      case NotDirectoryException _ -> "not a folder";
      case FileAlreadyExistsException _ -> "a file of that name is in the way";
      case FileSystemException e when e.getReason() != null -> e.getReason();
      case IOException e when e.getMessage() != null -> e.getMessage();
      default -> cause.getClass().getSimpleName();
    };
  }
}
