package io.stagger.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.stagger.api.Cluster;
import io.stagger.api.ModelShape;
import io.stagger.api.MoeSpec;
import io.stagger.api.Placement;
import io.stagger.api.RouterSpec;
import io.stagger.api.error.ConfigurationException;
import io.stagger.api.error.InvalidModelException;
import io.stagger.api.error.InvalidPlacementException;
import io.stagger.api.error.PluginException;
import io.stagger.api.error.RuntimeUnavailableException;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.weights.WeightLoader;
import io.stagger.engine.config.StaggerConfig;
import io.stagger.engine.plugin.PluginJarBuilder;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backends, replica policies and language models from plug-in jars, and the choice among them. */
class RuntimePluginTest {

  private static final String BACKEND = "io.stagger.api.runtime.RuntimeBackend";
  private static final String POLICY = "io.stagger.api.runtime.ReplicaPolicy";
  private static final String MODELS = "io.stagger.api.text.LanguageModelProvider";

  private static final ModelShape MODEL = ModelShape.of(1, 2, 1, 1, 1);
  private static final Cluster CLUSTER = Cluster.of(1, 2, 2);
  private static final Placement PLACEMENT =
      Placement.of(CLUSTER.layout(), 2, new int[][] {{0, 1}});

  @TempDir Path directory;
  private final WeightLoader loader = mock(WeightLoader.class);

  @BeforeEach
  void aLoaderOfTheModel() {
    RouterSpec router =
        new RouterSpec(RouterSpec.Scoring.SOFTMAX, RouterSpec.GroupScore.MAX, false, false, 1);
    when(loader.spec()).thenReturn(new MoeSpec(MODEL, router, 4, 4, 0, false));
  }

  private Stagger open(String... settings) {
    StaggerConfig.Builder config =
        StaggerConfig.builder().set("plugins.directory", directory.toString());
    for (String setting : settings) {
      config.set(setting);
    }
    return Stagger.open(config.build());
  }

  /** A backend whose runtimes say with what they were opened. */
  private void backend(String className, String name, String availability, String open) {
    String source =
        """
        package acme;
        import io.stagger.api.runtime.*;
        import io.stagger.api.strategy.*;
        import java.lang.reflect.Proxy;
        import java.util.List;
        public class %s implements RuntimeBackend {
          public String name() { return "%s"; }
          public List<OptionSpec> options() {
            return List.of(OptionSpec.integer("threads", 1, 1, 64, "Threads."));
          }
          public Availability availability(Options options) { %s }
          public MoeRuntime open(RuntimeRequest request) { %s }
          static MoeRuntime described(String text) {
            return (MoeRuntime) Proxy.newProxyInstance(
                %1$s.class.getClassLoader(), new Class<?>[] {MoeRuntime.class},
                (proxy, method, arguments) -> text);
          }
        }
        """
            .formatted(className, name, availability, open);
    new PluginJarBuilder()
        .source("acme." + className, source)
        .service(BACKEND, "acme." + className)
        .build(directory.resolve(className + ".jar"));
  }

  private void goodBackend(String className, String name) {
    backend(
        className,
        name,
        "return Availability.yes(\"here\");",
        "return described(name() + \" \" + request.replicas().name() + \" \""
            + " + request.options().integer(\"threads\"));");
  }

  private void policy(String name) {
    String source =
        """
        package acme;
        import io.stagger.api.*;
        import io.stagger.api.runtime.*;
        public class Policy implements ReplicaPolicy {
          public String name() { return "%s"; }
          public int[] choose(Placement p, Cluster c, int layer, Routing r, int source) {
            return new int[0];
          }
        }
        """
            .formatted(name);
    new PluginJarBuilder()
        .source("acme.Policy", source)
        .service(POLICY, "acme.Policy")
        .build(directory.resolve(name + ".jar"));
  }

  private void languageModel(String jar, String className, String supports) {
    String source =
        """
        package acme;
        import io.stagger.api.text.*;
        public class %s implements LanguageModelProvider {
          public boolean supports(String modelType) { %s }
          public LanguageModel open(ModelAssets assets) { return null; }
        }
        """
            .formatted(className, supports);
    new PluginJarBuilder()
        .source("acme." + className, source)
        .service(MODELS, "acme." + className)
        .build(directory.resolve(jar));
  }

  @Test
  void autoTakesWhatIsAvailableBeforeTheCpuAndSaysWhy() {
    goodBackend("Cpu", "cpu");
    goodBackend("Gpu", "gpu");
    backend("Absent", "absent", "return Availability.no(\"no driver\");", "return null;");

    try (Stagger stagger = open()) {
      BackendChoice choice = stagger.chooseBackend();

      assertThat(choice.requested()).isEqualTo("auto");
      assertThat(choice.backend().name()).isEqualTo("gpu");
      assertThat(choice.reason()).isEqualTo("absent is not available: no driver; gpu: here");
    }
  }

  @Test
  void autoTakesTheCpuWhereNothingElseRuns() {
    goodBackend("Cpu", "cpu");
    backend("Broken", "broken", "throw new IllegalStateException(\"oh\");", "return null;");
    backend("Silent", "silent", "return null;", "return null;");

    try (Stagger stagger = open()) {
      BackendChoice choice = stagger.chooseBackend();

      assertThat(choice.backend().name()).isEqualTo("cpu");
      assertThat(choice.considered()).containsOnlyKeys("broken", "silent", "cpu");
      assertThat(choice.reason()).contains("broken is not available: threw").contains("cpu: here");
    }
  }

  @Test
  void aBackendThatWasAskedForIsNotReplacedByAnother() {
    goodBackend("Cpu", "cpu");
    backend("Absent", "absent", "return Availability.no(\"no driver\");", "return null;");

    try (Stagger stagger = open("runtime.backend=absent")) {
      assertThatThrownBy(stagger::chooseBackend)
          .isInstanceOf(RuntimeUnavailableException.class)
          .hasMessageContaining("runtime.backend (command line)")
          .hasMessageContaining("no driver")
          .hasMessageContaining("runtime.backend=auto");
    }
  }

  @Test
  void anUnknownBackendNamesTheNearest() {
    goodBackend("Gpu", "gpu");

    try (Stagger stagger = open("runtime.backend=gqu")) {
      assertThatThrownBy(stagger::chooseBackend)
          .isInstanceOf(RuntimeUnavailableException.class)
          .hasMessageContaining("there is no runtime backend 'gqu'")
          .hasMessageContaining("Did you mean 'gpu'?");
    }
  }

  @Test
  void opensARuntimeWithItsOptionsAndReplicaPolicy() {
    goodBackend("Gpu", "gpu");
    policy("own");

    try (Stagger stagger =
            open("runtime.backend=gpu", "runtime.gpu.threads=7", "runtime.replicas=own");
        MoeRuntime runtime = stagger.openRuntime(CLUSTER, PLACEMENT, loader)) {
      assertThat(runtime.description()).isEqualTo("gpu own 7");
    }
  }

  @Test
  void autoOpensTheNextBackendWhereOneFailsAndSaysWhy() {
    goodBackend("Cpu", "cpu");
    backend(
        "Gpu",
        "gpu",
        "return Availability.yes(\"here\");",
        "throw new IllegalStateException(\"no memory\");");
    policy("own");

    try (Stagger stagger = open("runtime.replicas=own");
        MoeRuntime runtime = stagger.openRuntime(CLUSTER, PLACEMENT, loader)) {
      assertThat(runtime.description()).isEqualTo("cpu own 1");
      assertThat(stagger.chooseBackend().reason())
          .contains("gpu is not available: it could not be opened:")
          .contains("no memory")
          .endsWith("cpu: here");
    }
  }

  @Test
  void anUnknownReplicaPolicyNamesTheKnownOnes() {
    goodBackend("Gpu", "gpu");
    policy("own");

    try (Stagger stagger = open("runtime.backend=gpu", "runtime.replicas=on")) {
      assertThatThrownBy(() -> stagger.openRuntime(CLUSTER, PLACEMENT, loader))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("there is no replica policy 'on'")
          .hasMessageContaining("own");
    }
  }

  @Test
  void aPlacementThatDoesNotFitOpensNoRuntime() {
    goodBackend("Gpu", "gpu");
    policy("own");

    try (Stagger stagger = open("runtime.backend=gpu", "runtime.replicas=own")) {
      assertThatThrownBy(() -> stagger.openRuntime(Cluster.of(1, 1, 2), PLACEMENT, loader))
          .isInstanceOf(InvalidPlacementException.class);
    }
  }

  @Test
  void aBackendThatFailsIsNamedWithItsJar() {
    backend("Null", "null", "return Availability.yes(\"\");", "return null;");
    backend(
        "Bad", "bad", "return Availability.yes(\"\");", "throw new IllegalStateException(\"oh\");");
    policy("own");

    assertThat(openFails("null"))
        .isInstanceOf(RuntimeUnavailableException.class)
        .hasMessageContaining("Null.jar): returned null instead of a runtime");
    assertThat(openFails("bad"))
        .isInstanceOf(RuntimeUnavailableException.class)
        .hasMessageContaining("Bad.jar): threw java.lang.IllegalStateException: oh");
  }

  private Throwable openFails(String backend) {
    try (Stagger stagger = open("runtime.backend=" + backend, "runtime.replicas=own")) {
      return catchThrowable(() -> stagger.openRuntime(CLUSTER, PLACEMENT, loader));
    }
  }

  @Test
  void aLanguageModelIsFoundByItsType() {
    languageModel("tiny.jar", "Tiny", "return modelType.equals(\"acme_tiny\");");

    try (Stagger stagger = open()) {
      assertThat(stagger.languageModels().find("acme_tiny").described())
          .isEqualTo("acme.Tiny in " + directory.resolve("tiny.jar"));
      assertThatThrownBy(() -> stagger.languageModels().find("acme_huge"))
          .isInstanceOf(InvalidModelException.class)
          .hasMessageContaining("'acme_huge'")
          .hasMessageContaining("acme.Tiny in ");
    }
  }

  @Test
  void twoLanguageModelsOfOneTypeAreAnError() {
    languageModel("1.jar", "One", "return modelType.equals(\"acme_same\");");
    languageModel("2.jar", "Two", "return modelType.equals(\"acme_same\");");

    try (Stagger stagger = open()) {
      assertThatThrownBy(() -> stagger.languageModels().find("acme_same"))
          .isInstanceOf(PluginException.class)
          .hasMessageContaining("1.jar")
          .hasMessageContaining("2.jar");
    }
  }

  @Test
  void aLanguageModelProviderThatFailsIsNamed() {
    languageModel("bad.jar", "Bad", "throw new IllegalStateException(\"oh\");");

    try (Stagger stagger = open()) {
      assertThatThrownBy(() -> stagger.languageModels().find("acme"))
          .isInstanceOf(PluginException.class)
          .hasMessageContaining("acme.Bad in ")
          .hasMessageContaining("threw java.lang.IllegalStateException: oh");
    }
  }
}
