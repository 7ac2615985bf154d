import com.google.googlejavaformat.java.Main;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks or applies google-java-format over every Java source of the repository. The build runs it
 * from source in a JVM of its own (see the root pom), because the formatter needs a newer Java than
 * the one Maven may run on.
 */
final class Format {
  private Format() {}

  /**
   * Formats, or lists what is not formatted.
   *
   * @param args {@code apply} or {@code check}, the repository's root, and the file that {@code
   *     check} leaves there if, and only if, sources aren't formatted
   */
  public static void main(String[] args) throws Exception {
    boolean apply = args[0].equals("apply");
    if (!apply && !args[0].equals("check")) {
      throw new IllegalArgumentException("-Dformat is 'apply' or 'check', not '" + args[0] + "'");
    }
    Path root = Path.of(args[1]);
    Path unformatted = Path.of(args[2]);
    Files.deleteIfExists(unformatted);

    List<String> arguments = new ArrayList<>();
    arguments.add(apply ? "--replace" : "--dry-run");
    arguments.addAll(sources(root));
    var changed = new StringWriter();
    var errors = new PrintWriter(System.err, true);
    int exit =
        new Main(new PrintWriter(changed, true), errors, InputStream.nullInputStream())
            .format(arguments.toArray(String[]::new));
    errors.flush();
    if (exit != 0) {
      System.exit(exit);
    }
    if (!changed.toString().isEmpty()) {
      System.out.println("Not formatted:");
      System.out.print(changed);
      Files.writeString(unformatted, changed.toString());
    }
  }

  private static List<String> sources(Path root) throws IOException {
    try (var paths = Files.walk(root)) {
      return paths
          .filter(path -> path.toString().endsWith(".java"))
          .filter(path -> !isGenerated(root.relativize(path)))
          .map(Path::toString)
          .sorted()
          .toList();
    }
  }

  private static boolean isGenerated(Path relative) {
    for (Path part : relative) {
      if (part.toString().equals("target") || part.toString().equals("node_modules")) {
        return true;
      }
    }
    return false;
  }
}
