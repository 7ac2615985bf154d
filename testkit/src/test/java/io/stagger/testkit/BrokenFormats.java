package io.stagger.testkit;

import io.stagger.api.ModelShape;
import io.stagger.api.Placement;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.error.InvalidPlacementException;
import io.stagger.api.error.StaggerException;
import io.stagger.api.format.FormatContent;
import io.stagger.api.format.FormatFeature;
import io.stagger.api.format.FormatReading;
import io.stagger.api.format.FormatRequest;
import io.stagger.api.format.PlacementFormat;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.Options;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A format that keeps the contract, and formats that break it, each in one way. */
final class BrokenFormats {

  private BrokenFormats() {}

  /**
   * Keeps the contract. A line with the slots of each rank and the number of experts, then a line
   * for each layer with its number and the expert of each slot. Blank lines mean nothing, and what
   * follows a '#'.
   */
  public static class Sound implements PlacementFormat {
    @Override
    public String name() {
      return "test.sound";
    }

    @Override
    public Set<FormatFeature> features() {
      Set<FormatFeature> features = EnumSet.allOf(FormatFeature.class);
      features.remove(FormatFeature.LOAD);
      return features;
    }

    @Override
    public FormatReading read(Path file, FormatRequest request) {
      try {
        return parse(lines(file), file, request);
      } catch (IOException | NumberFormatException e) {
        throw new InvalidPlacementException(
            Diagnosis.of("is no file of mine", file.toString()), List.of(), e);
      } catch (InvalidPlacementException e) {
        throw new InvalidPlacementException(e.diagnosis().at(file.toString()), e.violations(), e);
      } catch (StaggerException e) {
        throw new InvalidInputException(e.diagnosis().at(file.toString()), e);
      }
    }

    List<int[]> lines(Path file) throws IOException {
      List<int[]> lines = new ArrayList<>();
      for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
        String numbers = line.replaceFirst("#.*", "").strip();
        if (!numbers.isEmpty()) {
          lines.add(Arrays.stream(numbers.split(" +")).mapToInt(Integer::parseInt).toArray());
        }
      }
      if (lines.isEmpty()) {
        throw new IOException("no line at all");
      }
      return lines;
    }

    FormatReading parse(List<int[]> lines, Path file, FormatRequest request) {
      int[] head = lines.getFirst();
      SlotLayout layout = SlotLayout.of(Arrays.copyOf(head, head.length - 1));
      agree(request, layout.ranks(), file);
      List<int[]> layers = lines.subList(1, lines.size());
      List<Integer> numbers = layers.stream().map(line -> line[0]).toList();
      ModelShape model =
          request
              .model()
              .orElseGet(() -> new ModelShape("unnamed", numbers, head[head.length - 1], 1, 1, 1));
      int[][] rows =
          layers.stream()
              .map(line -> Arrays.copyOfRange(line, 1, line.length))
              .toArray(int[][]::new);
      Placement placement = Placement.of(layout, model.experts(), rows);
      return new FormatReading(new FormatContent.OfPlacement(model, placement), List.of());
    }

    void agree(FormatRequest request, int ranks, Path file) {
      request.agreedRanks(ranks, file.toString());
    }

    @Override
    public List<String> write(FormatContent content, Options options, OutputStream out)
        throws IOException {
      if (!(content instanceof FormatContent.OfPlacement(var model, var placement))) {
        throw new InvalidInputException(Diagnosis.of("a load", name()));
      }
      out.write(text(model, placement).getBytes(StandardCharsets.US_ASCII));
      return List.of();
    }

    String text(ModelShape model, Placement placement) {
      StringBuilder text = new StringBuilder();
      text.append(line(placement.layout().slotsPerRank()));
      text.append(' ').append(placement.experts()).append('\n');
      for (int layer = 0; layer < placement.layers(); layer++) {
        text.append(number(model, layer)).append(' ');
        text.append(line(row(placement, layer))).append('\n');
      }
      return text.toString();
    }

    int number(ModelShape model, int layer) {
      return model.moeLayers().get(layer);
    }

    int[] row(Placement placement, int layer) {
      return placement.physicalToLogical(layer);
    }

    String line(int[] numbers) {
      return IntStream.of(numbers).mapToObj(Integer::toString).collect(Collectors.joining(" "));
    }
  }

  /** Sorts the slots, but says that it keeps their order. */
  public static final class Sorting extends Sound {
    @Override
    int[] row(Placement placement, int layer) {
      return placement.withSlotsInOrder().physicalToLogical(layer);
    }
  }

  /** Refuses empty slots, but says that it carries them. */
  public static final class Picky extends Sound {
    @Override
    int[] row(Placement placement, int layer) {
      int[] row = placement.physicalToLogical(layer);
      if (IntStream.of(row).anyMatch(expert -> expert == Placement.EMPTY)) {
        throw new InvalidInputException(Diagnosis.of("an empty slot", name()));
      }
      return row;
    }
  }

  /** Refuses what every format must carry. */
  public static final class Refusing extends Sound {
    @Override
    int[] row(Placement placement, int layer) {
      throw new InvalidInputException(Diagnosis.of("not today", name()));
    }
  }

  /** Counts layers from 0, but says that it carries the model's numbers. */
  public static final class Unnumbered extends Sound {
    @Override
    int number(ModelShape model, int layer) {
      return layer;
    }
  }

  /** Believes the caller about the ranks, even against the file. */
  public static final class Believing extends Sound {
    @Override
    void agree(FormatRequest request, int ranks, Path file) {}
  }

  /** Says that its files do not say the ranks, and guesses where nobody says them. */
  public static final class Guessing extends Sound {
    @Override
    public Set<FormatFeature> features() {
      Set<FormatFeature> features = super.features();
      features.remove(FormatFeature.RANKS);
      return features;
    }
  }

  /** Has other experts than the model that it was asked for. */
  public static final class Headstrong extends Sound {
    @Override
    public FormatReading read(Path file, FormatRequest request) {
      return super.read(
          file, new FormatRequest(Optional.empty(), request.ranks(), request.options()));
    }
  }

  /** Lets the exceptions of the parser through. */
  public static final class Leaking extends Sound {
    @Override
    public FormatReading read(Path file, FormatRequest request) {
      try {
        return super.read(file, request);
      } catch (InvalidPlacementException e) {
        if (e.getCause() instanceof NumberFormatException leak) {
          throw leak;
        }
        throw e;
      }
    }
  }

  /** Does not say which file is wrong. */
  public static final class Nameless extends Sound {
    @Override
    public FormatReading read(Path file, FormatRequest request) {
      try {
        return super.read(file, request);
      } catch (StaggerException e) {
        throw new InvalidInputException(Diagnosis.of("something is wrong", ""), e);
      }
    }
  }

  /** Takes memory for as much as a number in the file claims. */
  public static final class Trusting extends Sound {
    @Override
    List<int[]> lines(Path file) throws IOException {
      List<int[]> lines = super.lines(file);
      int claimed = lines.stream().flatMapToInt(IntStream::of).max().orElse(0);
      // No file that the test writes claims as much.
      byte[] memory = new byte[claimed > 20 ? 200 << 20 : 0];
      return memory.length < 0 ? List.of() : lines;
    }
  }

  /** Reads any bytes at all as the same placement. */
  public static final class Undemanding extends Sound {
    @Override
    public FormatReading read(Path file, FormatRequest request) {
      ModelShape model = request.model().orElse(ModelShape.of(1, 1, 1, 1, 1));
      SlotLayout layout = SlotLayout.even(1, model.experts());
      int[][] rows = new int[model.layers()][];
      Arrays.setAll(rows, layer -> IntStream.range(0, model.experts()).toArray());
      return new FormatReading(
          new FormatContent.OfPlacement(model, Placement.of(layout, model.experts(), rows)),
          List.of());
    }
  }

  /** Leaves a file of its own beside the one it reads. */
  public static final class Littering extends Sound {
    @Override
    List<int[]> lines(Path file) throws IOException {
      Files.writeString(file.resolveSibling("scratch"), "seen");
      return super.lines(file);
    }
  }

  /** Closes the stream that is not its own. */
  public static final class Closing extends Sound {
    @Override
    public List<String> write(FormatContent content, Options options, OutputStream out)
        throws IOException {
      try (out) {
        return super.write(content, options, out);
      }
    }
  }

  /** Keeps it to itself that the stream broke. */
  public static final class Swallowing extends Sound {
    @Override
    public List<String> write(FormatContent content, Options options, OutputStream out) {
      try {
        return super.write(content, options, out);
      } catch (IOException e) {
        return List.of("something went wrong");
      }
    }
  }

  /** Finds out in the middle of writing that it cannot. */
  public static final class Hasty extends Sound {
    @Override
    public List<String> write(FormatContent content, Options options, OutputStream out)
        throws IOException {
      out.write('#');
      return super.write(content, options, out);
    }

    @Override
    int[] row(Placement placement, int layer) {
      throw new InvalidInputException(Diagnosis.of("not this one", name()));
    }
  }

  /** Writes loads that it says it does not carry. */
  public static final class Overeager extends Sound {
    @Override
    public List<String> write(FormatContent content, Options options, OutputStream out)
        throws IOException {
      if (content instanceof FormatContent.OfLoad) {
        out.write('0');
        return List.of();
      }
      return super.write(content, options, out);
    }
  }

  /** Writes how often it was called. */
  public static final class Counting extends Sound {
    private static final AtomicInteger CALLS = new AtomicInteger();

    @Override
    String text(ModelShape model, Placement placement) {
      return super.text(model, placement) + CALLS.incrementAndGet() + "\n";
    }
  }

  /** Writes digits as the locale has them. */
  public static final class LocaleDependent extends Sound {
    @Override
    String line(int[] numbers) {
      return IntStream.of(numbers).mapToObj("%d"::formatted).collect(Collectors.joining(" "));
    }
  }

  /** Adds a number where a pool's thread calls. */
  public static final class ThreadDependent extends Sound {
    @Override
    String line(int[] numbers) {
      boolean pooled = Thread.currentThread().getName().startsWith("pool-");
      return super.line(numbers) + (pooled ? " 0" : "");
    }
  }

  /** Carries loads only, and says that it keeps the order of their slots. */
  public static final class Confused extends Sound {
    @Override
    public Set<FormatFeature> features() {
      return EnumSet.of(FormatFeature.LOAD, FormatFeature.SLOT_ORDER);
    }
  }

  /** Has a name that nobody can type. */
  public static final class IllNamed extends Sound {
    @Override
    public String name() {
      return "My Format";
    }
  }

  /** Has an option whose default its own range forbids. */
  public static final class ForbiddenDefault extends Sound {
    @Override
    public List<OptionSpec> options() {
      return List.of(OptionSpec.integer("width", 0, 1, 9, "How wide."));
    }
  }

  /** Cannot be made by a service loader. */
  public static final class NoPublicConstructor extends Sound {
    NoPublicConstructor() {}
  }

  /** Returns nothing at all. */
  public static final class NullReading extends Sound {
    @Override
    @SuppressWarnings("NullAway")
    public FormatReading read(Path file, FormatRequest request) {
      return null;
    }
  }
}
