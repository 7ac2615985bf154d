package io.stagger.engine.config;

import static io.stagger.engine.GoldenMessage.assertMessage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.ConfigurationException;
import io.stagger.api.strategy.OptionSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StaggerConfigTest {

  private static final String KEY = "placement.strategy";
  private static final String VARIABLE = "STAGGER_PLACEMENT_STRATEGY";

  @TempDir Path directory;

  private Path file(String name, String text) {
    try {
      return Files.writeString(directory.resolve(name), text);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Properties property(String key, String value) {
    Properties properties = new Properties();
    properties.setProperty(key, value);
    return properties;
  }

  private static StaggerConfig with(String... settings) {
    StaggerConfig.Builder config = StaggerConfig.builder();
    List.of(settings).forEach(config::set);
    return config.build();
  }

  private Throwable fileFails(String name, String text) {
    Path file = file(name, text);
    return catchThrowable(() -> StaggerConfig.builder().file(file).build());
  }

  @Test
  void everyKeyHasItsDefault() {
    StaggerConfig config = StaggerConfig.builder().build();

    assertThat(config.values())
        .extracting(ConfigValue::key)
        .containsExactlyElementsOf(ConfigKeys.all().stream().map(OptionSpec::name).toList());
    assertThat(config.values()).allMatch(value -> value.origin().equals("default"));
    assertThat(config.text(ConfigKeys.PLACEMENT_STRATEGY)).isEqualTo("auto");
    assertThat(config.flag(ConfigKeys.PLACEMENT_STRICT)).isFalse();
    assertThat(config.timeout()).isEqualTo(Duration.ofSeconds(60));
  }

  @Test
  void theLastLayerThatSetsAKeyWins() {
    StaggerConfig.Builder config = StaggerConfig.builder();
    assertLayer(config, "auto", "default");

    Path file = file("stagger.properties", KEY + "=file");
    config.file(file);
    assertLayer(config, "file", "file " + file);

    config.environment(Map.of(VARIABLE, "variable"));
    assertLayer(config, "variable", "environment variable " + VARIABLE);

    config.systemProperties(property("stagger." + KEY, "property"));
    assertLayer(config, "property", "system property stagger." + KEY);

    config.set(KEY + "=line");
    assertLayer(config, "line", "command line");
  }

  private static void assertLayer(StaggerConfig.Builder config, String value, String origin) {
    ConfigValue found = config.build().value(KEY);
    assertThat(found.value()).contains(value);
    assertThat(found.origin()).isEqualTo(origin);
  }

  @Test
  void aLayerDoesNotHideTheOtherKeysOfThoseBelow() {
    StaggerConfig config =
        StaggerConfig.builder()
            .file(file("a.properties", "placement.strict=true\nplacement.timeout=5"))
            .set("placement.timeout=7")
            .build();

    assertThat(config.flag(ConfigKeys.PLACEMENT_STRICT)).isTrue();
    assertThat(config.timeout()).isEqualTo(Duration.ofSeconds(7));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "placement:\n  strategy: zigzag\n  strict: true\n",
        "placement.strategy: zigzag\nplacement.strict: 'true'\n",
        "{placement: {strategy: zigzag, strict: true}}"
      })
  void yamlMayNestKeysOrNot(String text) {
    StaggerConfig config = StaggerConfig.builder().file(file("a.yaml", text)).build();

    assertThat(config.text(ConfigKeys.PLACEMENT_STRATEGY)).isEqualTo("zigzag");
    assertThat(config.flag(ConfigKeys.PLACEMENT_STRICT)).isTrue();
  }

  @Test
  void yamlValuesAreTheTextThatWasWritten() {
    assertThat(fileFails("a.yml", "placement: {strict: on}"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("'on' is not allowed; expected true or false");
    assertThat(fileFails("a.yml", "cluster: {ranks: 0x10}")).hasMessageContaining("'0x10'");
    assertThat(fileFails("a.yml", "cluster: {ranks: 1:30}")).hasMessageContaining("'1:30'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "placement: !!javax.script.ScriptEngineManager [a]",
        "!!java.net.URL ['http://localhost']",
        "a: &a [x]\nplacement: *a",
        "placement: [zigzag]",
        "- placement",
        "zigzag",
        "placement: {strategy: a, strategy: b}",
        "placement: {strategy: a}\nplacement.strategy: b",
        "placement: {strategy: a",
        "{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{a",
        "a: 1\n--- \nb: 2"
      })
  void yamlThatIsNoPlainSettingsIsRefused(String text) {
    assertThat(fileFails("a.yaml", text))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("a.yaml");
  }

  @Test
  void anEmptyFileSetsNothing() {
    assertThat(StaggerConfig.builder().file(file("a.yaml", "")).build().value(KEY).value())
        .contains("auto");
    assertThat(
            StaggerConfig.builder().file(file("a.properties", "# no")).build().value(KEY).value())
        .contains("auto");
  }

  @Test
  void propertiesIncludeNoOtherFile() {
    file("other.properties", KEY + "=zigzag");

    assertThat(fileFails("a.properties", "include=other.properties"))
        .hasMessageContaining("unknown key 'include'");
  }

  @Test
  void aValueIsNoReferenceToAnythingElse() {
    StaggerConfig config = with(KEY + "=${env:PATH}");

    assertThat(config.text(ConfigKeys.PLACEMENT_STRATEGY)).isEqualTo("${env:PATH}");
  }

  @Test
  void aKeySetTwiceInAFileIsAnError() {
    assertThat(fileFails("a.properties", KEY + "=a\n" + KEY + "=b"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("'placement.strategy' is set more than once");
  }

  @Test
  void anUnknownKeyNamesTheNearest() {
    assertMessage(
        fileFails("a.properties", "placement.stratgy=zigzag"), "config-unknown-key", directory);
    assertThatThrownBy(() -> with("something.else=1"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("command line: unknown key 'something.else'. 'stagger config' lists the keys");
  }

  @Test
  void anIllTypedValueNamesKeyOriginAndRange() {
    assertMessage(
        fileFails("a.properties", "placement.timeout=soon"), "config-ill-typed", directory);
    assertThatThrownBy(() -> with("cluster.ranks=0"))
        .hasMessage(
            "cluster.ranks (command line): '0' is not allowed; expected a whole number from 1 to"
                + " 65536");
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "Infinity", "0", "-1", "1e400", "86401"})
  void aTimeLimitMustBeFiniteAndPositive(String value) {
    assertThatThrownBy(() -> with("placement.timeout=" + value))
        .isInstanceOf(ConfigurationException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"STAGGER_PLACEMENT_STRATGY", "STAGGER_CLUSTER_RANK", "STAGGER_PLUGIN_DIRECTORY"})
  void aVariableThatLooksLikeAKeyMustBeOne(String variable) {
    assertThatThrownBy(() -> StaggerConfig.builder().environment(Map.of(variable, "x")).build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("environment variable " + variable)
        .hasMessageContaining("Did you mean 'STAGGER_");
  }

  @Test
  void otherVariablesAndPropertiesAreNotOurs() {
    StaggerConfig config =
        StaggerConfig.builder()
            .environment(Map.of("STAGGER_HOME", "/x", "STAGGER_SERVICE_HOST", "10.0.0.1"))
            .systemProperties(property("stagger.home", "/x"))
            .build();

    assertThat(config.values()).noneMatch(ConfigValue::isSet);
  }

  @Test
  void aPropertyThatLooksLikeAKeyMustBeOne() {
    assertThatThrownBy(() ->
            StaggerConfig.builder()
                .systemProperties(property("stagger.placement.stric", "true"))
                .build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("system property stagger.placement.stric")
        .hasMessageContaining("'placement.strict'");
  }

  @Test
  void providersKeysAreCheckedOnceTheyAreKnown() {
    StaggerConfig config =
        StaggerConfig.builder()
            .set("placement.acme.greedy.max-moves=5")
            .environment(Map.of("STAGGER_PLACEMENT_ACME_GREEDY_DEPTH", "2"))
            .build();
    OptionSpec moves = OptionSpec.integer("max-moves", 1, 0, 9, "");
    OptionSpec depth = OptionSpec.integer("depth", 1, 0, 9, "");

    StaggerConfig whole =
        config.declaring(
            List.of(
                ConfigKeys.strategyOption("acme.greedy", moves),
                ConfigKeys.strategyOption("acme.greedy", depth)));

    assertThat(whole.value("placement.acme.greedy.max-moves").value()).contains("5");
    assertThat(whole.value("placement.acme.greedy.depth").value()).contains("2");
    assertThatThrownBy(() -> config.declaring(List.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("placement.acme.greedy.max-moves");
    assertThatThrownBy(
            () -> config.declaring(List.of(ConfigKeys.strategyOption("acme.greedy", moves))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("STAGGER_PLACEMENT_ACME_GREEDY_DEPTH");
  }

  @Test
  void aVariableThatStandsForTwoKeysIsRefused() {
    StaggerConfig config =
        StaggerConfig.builder().environment(Map.of("STAGGER_PLACEMENT_A_B_C", "1")).build();

    assertThatThrownBy(() ->
            config.declaring(
                List.of(
                    ConfigKeys.strategyOption("a.b", OptionSpec.text("c", "", "")),
                    ConfigKeys.strategyOption("a_b", OptionSpec.text("c", "", "")))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("placement.a.b.c, placement.a_b.c");
  }

  @Test
  void twoProvidersCannotDeclareOneKey() {
    assertThatThrownBy(() ->
            with()
                .declaring(
                    List.of(
                        ConfigKeys.strategyOption("a", OptionSpec.text("b.c", "", "")),
                        ConfigKeys.strategyOption("a.b", OptionSpec.text("c", "", "")))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("'placement.a.b.c'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"zigzag", "=zigzag", ""})
  void anAssignmentNeedsKeyAndEqualsSign(String assignment) {
    assertThatThrownBy(() -> StaggerConfig.builder().set(assignment))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("expected key=value");
  }

  @Test
  void theDefaultFolderOfPluginsMayBeMissingButNotOneThatWasSet() {
    assertThat(with().pluginsDirectory()).isEmpty();
    assertThat(with("plugins.directory=" + directory).pluginsDirectory()).contains(directory);
    assertThatThrownBy(() -> with("plugins.directory=/no/such").pluginsDirectory())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("plugins.directory (command line): '/no/such' is not a folder");
    assertThatThrownBy(() -> with("plugins.directory=a\0b").pluginsDirectory())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no path");
  }

  @Test
  void theClusterFollowsFromItsKeys() {
    ModelShape model = ModelShape.of(1, 9, 1, 1, 1);

    assertThat(with("cluster.nodes=2", "cluster.ranks=4").cluster(model).layout())
        .isEqualTo(SlotLayout.of(3, 2, 2, 2));
    Cluster redundant = with("cluster.ranks=4", "cluster.slots=12").cluster(model);
    assertThat(redundant.layout()).isEqualTo(SlotLayout.of(3, 3, 3, 3));
    assertThat(redundant.nodes()).isEqualTo(1);
  }

  @Test
  void aFileThatCannotBeReadIsNamed() throws IOException {
    assertThatThrownBy(() -> StaggerConfig.load(directory.resolve("missing.yaml")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("missing.yaml");
    assertThat(fileFails("stagger.toml", "")).hasMessageContaining("expected a name that ends in");
    Files.write(directory.resolve("latin.yaml"), "a: é".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> StaggerConfig.load(directory.resolve("latin.yaml")))
        .hasMessageContaining("not a text in UTF-8");
    assertThat(fileFails("big.yaml", "#".repeat((1 << 20) + 1)))
        .hasMessageContaining("more than 1048576 bytes");
  }
}
