package io.stagger.engine;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.error.ConfigurationException;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidInputException;
import io.stagger.api.error.NearestName;
import io.stagger.api.error.PluginException;
import io.stagger.api.error.StaggerException;
import io.stagger.api.format.FormatContent;
import io.stagger.api.format.FormatReading;
import io.stagger.api.format.FormatRequest;
import io.stagger.api.format.PlacementFormat;
import io.stagger.api.strategy.OptionSpec;
import io.stagger.api.strategy.Options;
import io.stagger.engine.io.FileReplacement;
import io.stagger.engine.plugin.FormatEntry;
import io.stagger.engine.plugin.FormatRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes placements and loads in the formats of other systems, and sees to it that
 * nothing is lost in silence: what a format cannot carry is refused or noted before it writes, and
 * what it wrote is read back and compared before it takes the target's place. May be used from any
 * thread.
 */
public final class Interchange {

  private final FormatRegistry formats;
  private final PlacementValidator validator;

  Interchange(FormatRegistry formats, PlacementValidator validator) {
    this.formats = formats;
    this.validator = validator;
  }

  /**
   * Reads a file.
   *
   * @param format the format's name
   * @param file a file, or a folder for formats of several
   * @param model the model; empty to go by what the file tells
   * @param ranks the number of ranks; empty to go by what the file tells
   * @param options values of the format's options, as texts
   * @throws InvalidInputException if there is no such format, or what must be known is not
   * @throws io.stagger.api.error.InvalidPlacementException if the file is malformed, or its
   *     placement breaks a rule
   * @throws PluginException if the format fails
   * @throws StaggerException if the file is unusable for another reason
   */
  public FormatReading read(
      String format,
      Path file,
      Optional<ModelShape> model,
      OptionalInt ranks,
      Map<String, String> options) {
    FormatEntry entry = formats.find(format);
    FormatReading reading =
        read(entry, file, new FormatRequest(model, ranks, parsed(entry, options)));
    if (reading.content() instanceof FormatContent.OfPlacement(var shape, var placement)) {
      validator.requireValid(placement, shape, Cluster.of(1, placement.layout()), file.toString());
    }
    return reading;
  }

  /**
   * Writes a file.
   *
   * @param format the format's name
   * @param file where to
   * @param content the placement or the load
   * @param options values of the format's options, as texts
   * @return sentences for people: what is lost, and what the reader of the file must be told; empty
   *     if the file says all that the content does
   * @throws InvalidInputException if there is no such format, or it cannot carry the content
   * @throws PluginException if the format fails, or writes a file that it does not read back as the
   *     same content; nothing was written then
   */
  public List<String> write(
      String format, Path file, FormatContent content, Map<String, String> options) {
    FormatEntry entry = formats.find(format);
    Options values = parsed(entry, options);
    ExportCheck check = new ExportCheck(entry, content);
    List<String> notes = new ArrayList<>(check.losses());
    FileReplacement.write(
        file,
        out -> notes.addAll(write(entry, content, values, out)),
        written -> check.requireSame(read(entry, written, readBack(content, values)).content()));
    return List.copyOf(notes);
  }

  private static FormatRequest readBack(FormatContent content, Options options) {
    OptionalInt ranks =
        content instanceof FormatContent.OfPlacement(_, var placement)
            ? OptionalInt.of(placement.ranks())
            : OptionalInt.empty();
    return new FormatRequest(Optional.of(content.model()), ranks, options);
  }

  private static Options parsed(FormatEntry entry, Map<String, String> texts) {
    Options options = Options.defaults(entry.options());
    List<String> names = entry.options().stream().map(OptionSpec::name).toList();
    for (Map.Entry<String, String> text : texts.entrySet()) {
      OptionSpec spec =
          entry.options().stream()
              .filter(option -> option.name().equals(text.getKey()))
              .findFirst()
              .orElseThrow(() -> unknown(entry, text.getKey(), names));
      String where = "option '" + spec.name() + "' of format '" + entry.name() + "'";
      options = options.with(spec.name(), spec.parse(text.getValue(), where));
    }
    return options;
  }

  private static ConfigurationException unknown(
      FormatEntry entry, String name, List<String> names) {
    return new ConfigurationException(
        Diagnosis.of("there is no option '" + name + "'", "format '" + entry.name() + "'")
            .expecting(names.isEmpty() ? "no options" : "one of " + String.join(", ", names))
            .remedy(NearestName.hint(name, names, "")));
  }

  private static FormatReading read(FormatEntry entry, Path file, FormatRequest request) {
    @Nullable FormatReading reading;
    try {
      reading = entry.provider().call(format -> format.read(file, request));
    } catch (StaggerException e) {
      throw e;
    } catch (RuntimeException | LinkageError e) {
      throw failed(entry, "read()", e);
    }
    if (reading == null) {
      throw new PluginException(Diagnosis.of("read() returns null", entry.described()));
    }
    return reading;
  }

  private static List<String> write(
      FormatEntry entry, FormatContent content, Options options, OutputStream out)
      throws IOException {
    try {
      return entry.provider().call(format -> written(format, content, options, out));
    } catch (WriteFailure e) {
      throw e.io;
    } catch (StaggerException e) {
      throw e;
    } catch (RuntimeException | LinkageError e) {
      throw failed(entry, "write()", e);
    }
  }

  private static List<String> written(
      PlacementFormat format, FormatContent content, Options options, OutputStream out) {
    try {
      return List.copyOf(format.write(content, options, out));
    } catch (IOException e) {
      throw new WriteFailure(e);
    }
  }

  private static PluginException failed(FormatEntry entry, String method, Throwable thrown) {
    return new PluginException(
        Diagnosis.of(method + " threw " + thrown, entry.described())
            .remedy("Mend the format, or remove its jar"),
        thrown);
  }

  /** Carries a checked exception through a call that declares none. */
  private static final class WriteFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final IOException io;

    private WriteFailure(IOException io) {
      super(io);
      this.io = io;
    }
  }
}
