package io.stagger.cli;

import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.cli.output.ProgressBar;
import io.stagger.cli.report.QuickstartFiles;
import io.stagger.cli.report.QuickstartReport;
import io.stagger.engine.Stagger;
import io.stagger.engine.quickstart.Quickstart;
import io.stagger.engine.quickstart.QuickstartResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs a real small model under every strategy and shows what differs. */
@Command(
    name = "quickstart",
    description = {
      "Run a real, small model under every strategy: convert it, measure its load, plan for 8"
          + " ranks, score texts, and show that only the balance differs.",
      "Writes a page that explains it, and its pictures.",
    },
    footer = {
      "  stagger quickstart",
      "  stagger quickstart --out /tmp/first-look --json",
    })
final class QuickstartCommand implements Callable<Integer> {

  /** Set by the launcher: the checkout, which has the model. */
  private static final String HOME = "io.stagger.home";

  @Mixin private final OutputOptions output = new OutputOptions();
  @Mixin private final ConfigurationOptions configuration = new ConfigurationOptions();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where page and pictures go; default: ${DEFAULT-VALUE}.",
      defaultValue = "stagger-quickstart")
  private Path out = Path.of("stagger-quickstart");

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "The checkpoint, with its texts in eval/*.txt; default: the tiny model of the checkout.")
  private @Nullable Path model;

  @Override
  public Integer call() {
    OutputFolder folder = new OutputFolder("--out", out);
    folder.requireWritable();
    Path checkpoint = model == null ? tinyModel() : model;
    try (Stagger stagger = Stagger.open(configuration.builder().build())) {
      QuickstartResult result;
      try (ProgressBar bar = output.progressBar()) {
        result = new Quickstart(stagger, bar::progress).run(checkpoint, texts(checkpoint));
      }
      output.print(new QuickstartReport(result, QuickstartFiles.write(result, folder.create())));
    }
    return ExitCode.OK;
  }

  private static Path tinyModel() {
    String home = System.getProperty(HOME);
    if (home == null) {
      throw new InvalidInputException(
          Diagnosis.of("the tiny model was not found: system property " + HOME + " is not set", "")
              .remedy("Start with the launcher 'stagger' of a checkout, or give --model DIR"));
    }
    return Path.of(home, "samples", "tiny-moe-lm", "model");
  }

  private static List<Path> texts(Path checkpoint) {
    Path folder = checkpoint.resolve("eval");
    List<Path> texts;
    try (Stream<Path> files = Files.list(folder)) {
      texts = files.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
    } catch (IOException e) {
      throw new InvalidInputException(
          Diagnosis.of("cannot be read (" + e + ")", folder.toString())
              .expecting("a folder of texts, *.txt"),
          e);
    }
    if (texts.isEmpty()) {
      throw new InvalidInputException(
          Diagnosis.of("no texts", folder.toString()).expecting("files *.txt"));
    }
    return texts;
  }
}
