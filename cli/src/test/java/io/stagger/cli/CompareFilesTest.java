package io.stagger.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.stagger.api.ModelShape;
import io.stagger.engine.trace.Phase;
import io.stagger.engine.trace.TraceHeader;
import io.stagger.engine.trace.TraceToken;
import io.stagger.engine.trace.TraceWriter;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** The page and the charts of a comparison. */
class CompareFilesTest {

  private static final List<String> CHARTS =
      List.of(
          "step-time-prefill",
          "step-time-decode",
          "imbalance-over-windows",
          "rank-load-linear",
          "rank-load-zigzag",
          "rank-load-eplb",
          "traffic-linear",
          "traffic-zigzag",
          "traffic-eplb",
          "expert-load",
          "co-selection");

  @TempDir private static Path folder;

  private static Path trace;
  private static Path page;
  private static Path plots;
  private static JsonNode json;
  private static Document html;

  @TempDir private Path empty;

  @BeforeAll
  static void compareOnce() throws Exception {
    trace = skewedTrace(folder.resolve("day.arrow"));
    page = folder.resolve("compare.html");
    plots = folder.resolve("new").resolve("plots");
    Run run = compare("h20x8", "--html", page, "--plots", plots, "--json");
    assertThat(run.exitCode()).as(run.err()).isZero();
    json = run.json();
    html = xml(Files.readAllBytes(page));
  }

  /** Tokens that prefer some experts of each layer, so that ranks are uneven. */
  static Path skewedTrace(Path file) {
    SplittableRandom random = new SplittableRandom(7);
    try (TraceWriter writer =
        TraceWriter.create(file, TraceHeader.of(ModelShape.of(3, 16, 2, 4, 4)))) {
      for (int i = 0; i < 960; i++) {
        char[] experts = new char[6];
        for (int layer = 0; layer < 3; layer++) {
          int first = (int) (16 * random.nextDouble() * random.nextDouble());
          experts[2 * layer] = (char) first;
          experts[2 * layer + 1] = (char) ((first + 1 + random.nextInt(3)) % 16);
        }
        writer.add(TraceToken.of(i / 8, i % 8, i % 8 < 4 ? Phase.PREFILL : Phase.DECODE, experts));
      }
      writer.finish();
    }
    return file;
  }

  private static Run compare(Object hardware, Object... more) {
    List<Object> words =
        new ArrayList<>(
            List.of("compare", "--trace", trace, "--strategies", "zigzag,eplb", "--ranks", 4));
    words.addAll(List.of("--decode-batch", 8, "--prefill-tokens", 16));
    words.addAll(List.of("--hardware", hardware, "--hidden", 1024, "--intermediate", 256));
    words.addAll(List.of(more));
    return Run.of(words.toArray());
  }

  /** Reads XML without what its document type names, which the page has none of. */
  private static Document xml(byte[] content) throws Exception {
    DocumentBuilder builder = DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder();
    builder.setEntityResolver((_, _) -> new InputSource(new StringReader("")));
    builder.setErrorHandler(null);
    return builder.parse(new ByteArrayInputStream(content));
  }

  private static Stream<Element> elements(Element parent, String name) {
    NodeList list = parent.getElementsByTagName(name);
    return IntStream.range(0, list.getLength()).mapToObj(i -> (Element) list.item(i));
  }

  private static Stream<Element> elements(String name) {
    return elements(html.getDocumentElement(), name);
  }

  private static Element table(String id) {
    return elements("table")
        .filter(table -> table.getAttribute("id").equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static List<Double> data(Element parent) {
    return elements(parent, "data").map(e -> Double.parseDouble(e.getAttribute("value"))).toList();
  }

  @Test
  void showsEveryFigureOfEveryStrategy() {
    for (String phase : List.of("prefill", "decode")) {
      List<List<Double>> rows =
          elements(table("table-" + phase), "tr").skip(1).map(CompareFilesTest::data).toList();
      List<List<Double>> expected = new ArrayList<>();
      for (String figure : figures()) {
        expected.add(
            json.get("strategies")
                .valueStream()
                .map(strategy ->
                    strategy.get("figures").get(phase).get(figure).get("value").asDouble())
                .toList());
      }
      assertThat(rows).as(phase).isEqualTo(expected);
    }
  }

  /** On one node, what goes between nodes is no figure. */
  private static List<String> figures() {
    return json.at("/strategies/0/figures/decode")
        .propertyStream()
        .map(entry -> entry.getKey())
        .filter(
            key -> !List.of("fanOutNodes", "sentBetweenNodes", "bytesBetweenNodes").contains(key))
        .toList();
  }

  @Test
  void showsWhatIsTrueOfWholeWindows() {
    List<List<Double>> rows =
        elements(table("table-windows"), "tr").skip(1).map(CompareFilesTest::data).toList();
    assertThat(rows).hasSize(3);
    for (int i = 0; i < 3; i++) {
      JsonNode strategy = json.get("strategies").get(i);
      double imbalance = strategy.get("windowImbalance").asDouble();
      double gap = strategy.get("gap").asDouble();
      assertThat(rows.get(i))
          .containsExactly(
              imbalance,
              imbalance - gap,
              gap,
              strategy.get("migratedSlots").asDouble(),
              strategy.get("migratedBetweenRanks").asDouble(),
              strategy.at("/traffic/hottestLink/tokens").asDouble());
    }
  }

  @Test
  void putsTheDecisionIntoOneSentence() {
    Element decision =
        elements("p")
            .filter(p -> p.getAttribute("id").equals("decision"))
            .findFirst()
            .orElseThrow();
    JsonNode verdict = json.get("verdicts").get(1);
    assertThat(verdict.get("phase").asText()).isEqualTo("decode");
    JsonNode change =
        json.get("strategies")
            .valueStream()
            .filter(s -> s.get("strategy").equals(verdict.get("strategy")))
            .findFirst()
            .orElseThrow()
            .at("/figures/decode/stepTime/change");
    assertThat(decision.getTextContent())
        .startsWith("In prefill, ")
        .contains(
            "; in decode, "
                + verdict.get("strategy").asText()
                + " is the fastest by the cost model: the MoE layers take "
                + String.format(
                    "%.1f %% less than under linear (95 %% interval %.1f to %.1f %%)",
                    -100 * change.get("estimate").asDouble(),
                    -100 * change.get("high").asDouble(),
                    -100 * change.get("low").asDouble()))
        .endsWith(".");
  }

  @Test
  void namesEveryRanksShareOfItsLayer() {
    for (JsonNode strategy : json.get("strategies")) {
      for (JsonNode layer : strategy.get("rankLoad")) {
        assertThat(layer.valueStream().mapToDouble(JsonNode::asDouble).average().orElseThrow())
            .as("the mean rank has the mean work")
            .isCloseTo(1, within(1e-12));
      }
    }
    assertThat(json.get("expertLoad")).hasSize(3).allSatisfy(row -> assertThat(row).hasSize(16));
  }

  @Test
  void needsNothingBesideThePage() throws IOException {
    String text = Files.readString(page);
    assertThat(text).doesNotContain("<script", "<link", "@import", "url(");
    assertThat(elements("img").map(img -> img.getAttribute("src")))
        .hasSize(CHARTS.size())
        .allMatch(source -> source.startsWith("data:image/svg+xml;base64,"));
    assertThat(elements("a").map(a -> a.getAttribute("href"))).allMatch(to -> to.startsWith("#"));
  }

  @Test
  void isReadByKeyboardAndByEar() {
    List<String> ids = elements("h2").map(h -> h.getAttribute("id")).toList();
    assertThat(elements("a").map(a -> a.getAttribute("href").substring(1)))
        .containsExactlyElementsOf(ids);
    assertThat(elements("h1")).hasSize(1);
    assertThat(elements("img").map(img -> img.getAttribute("alt")))
        .allMatch(text -> text.length() > 40);
    assertThat(elements("table")).hasSize(3).allMatch(t -> elements(t, "caption").count() == 1);
    assertThat(elements("th").map(th -> th.getAttribute("scope"))).containsOnly("row", "col");
    assertThat(elements("div").filter(div -> div.getAttribute("class").equals("scroll")))
        .hasSize(3)
        .allMatch(div -> div.getAttribute("tabindex").equals("0"));
  }

  @Test
  void writesEveryChartAsDrawingAndAsPicture() throws Exception {
    try (Stream<Path> files = Files.list(plots)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(
              CHARTS.stream().flatMap(c -> Stream.of(c + ".svg", c + ".png")).toList());
    }
    for (String chart : CHARTS) {
      Element svg = xml(Files.readAllBytes(plots.resolve(chart + ".svg"))).getDocumentElement();
      assertThat(svg.getTagName()).isEqualTo("svg");
      assertThat(elements(svg, "title").map(Element::getTextContent))
          .first()
          .asString()
          .isNotBlank();
      BufferedImage picture = ImageIO.read(plots.resolve(chart + ".png").toFile());
      assertThat(svg.getAttribute("viewBox"))
          .isEqualTo("0 0 " + picture.getWidth() / 2 + " " + picture.getHeight() / 2);
    }
  }

  @Test
  void embedsTheSameDrawings() throws IOException {
    List<String> sources = elements("img").map(img -> img.getAttribute("src")).toList();
    for (int i = 0; i < CHARTS.size(); i++) {
      byte[] embedded = Base64.getDecoder().decode(sources.get(i).replaceFirst("^.*,", ""));
      assertThat(embedded).isEqualTo(Files.readAllBytes(plots.resolve(CHARTS.get(i) + ".svg")));
    }
  }

  /** A heat map has a cell of its own colour for each number, the darkest where most is sent. */
  @Test
  void drawsEveryCell() throws IOException {
    String svg = Files.readString(plots.resolve("rank-load-linear.svg"));
    long cells = Pattern.compile("<rect").matcher(svg).results().count();
    assertThat(cells).isGreaterThanOrEqualTo(3 * 4);
    assertThat(svg).contains("prefers-color-scheme: dark");
    assertThat(Files.readString(plots.resolve("rank-load-eplb.svg"))).isNotEqualTo(svg);
  }

  @Test
  void setsExpertGroupsApartByLines() throws Exception {
    for (String chart : List.of("co-selection", "expert-load", "rank-load-linear")) {
      Element svg = xml(Files.readAllBytes(plots.resolve(chart + ".svg"))).getDocumentElement();
      long borders =
          elements(svg, "line")
              .filter(line ->
                  ((Element) line.getParentNode())
                      .getAttribute("stroke")
                      .equals("rgb(255,255,254)"))
              .count();
      assertThat(borders)
          .as(chart)
          .isEqualTo(chart.equals("co-selection") ? 2 * 3 : chart.equals("expert-load") ? 3 : 0);
    }
  }

  @Test
  void writesTheSameBytesEveryTime() throws IOException {
    Path again = empty.resolve("again.html");
    compare("h20x8", "--html", again, "--plots", empty.resolve("plots"));
    assertThat(again).hasSameBinaryContentAs(page);
    for (String chart : CHARTS) {
      for (String end : List.of(".svg", ".png")) {
        assertThat(empty.resolve("plots").resolve(chart + end))
            .hasSameBinaryContentAs(plots.resolve(chart + end));
      }
    }
  }

  @Test
  void escapesNamesOfOthers() throws Exception {
    Path hardware = empty.resolve("mine.yaml");
    Files.writeString(
        hardware,
        """
        name: "<b>Mine</b> & \\"yours\\""
        node: {ranks: 8}
        memory: {gigabytes-per-second: 100}
        compute: {teraflops: 1}
        within-node: {gigabytes-per-second: 10, latency-microseconds: 1}
        between-nodes: {gigabytes-per-second: 10, latency-microseconds: 1}
        """);
    Path written = empty.resolve("escaped.html");
    Run run = compare(hardware, "--html", written);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(Files.readString(written)).doesNotContain("<b>");
    assertThat(elements(xml(Files.readAllBytes(written)).getDocumentElement(), "dd"))
        .extracting(Element::getTextContent)
        .contains("<b>Mine</b> & \"yours\"");
  }

  @Test
  void doesWithoutTimesWhereNoHardwareIsKnown() throws Exception {
    Path written = empty.resolve("even.html");
    Run run =
        Run.of(
            "compare", "--trace", trace, "--ranks", 4, "--strategies", "eplb", "--html", written);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(Files.readString(written))
        .contains("No hardware was given")
        .contains(
            "In prefill, there are too few steps to tell the strategies apart; in decode, eplb")
        .contains("eplb is the most even: its balancedness is ")
        .doesNotContain("cost model");
    assertThat(elements(xml(Files.readAllBytes(written)).getDocumentElement(), "img")).hasSize(7);
  }

  @Test
  void refusesAFolderThatIsNotThereBeforeItReplays() {
    Run run = compare("h20x8", "--html", empty.resolve("none").resolve("page.html"));
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("page.html", "cannot be written", "Name a file in a folder");
  }

  @Test
  void refusesAFileAsAFolder() {
    Run run = compare("h20x8", "--plots", trace);
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("day.arrow", "Choose another folder with --plots");
  }

  @Test
  void leavesNoHalfOfAFileBehind() throws IOException {
    Path taken = Files.createDirectories(empty.resolve("expert-load.svg").resolve("kept"));
    Run run = compare("h20x8", "--plots", empty);
    assertThat(run.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(run.err()).contains("expert-load.svg");
    assertThat(taken).exists();
    try (Stream<Path> files = Files.list(empty)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .allMatch(name -> name.endsWith(".svg") || name.endsWith(".png"));
    }
  }
}
