package io.stagger.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who may depend on whom, for the modules and for the libraries they use. It lives here because the
 * command line's class path holds every module but the benchmarks, which may use all of them, and
 * the module for Spark, which has its rule in a test of its own.
 */
class ModuleDependencyTest {
  private static final String[] EVERYWHERE = {"java..", "javax..", "org.jspecify.."};

  /** A module's root package, and the packages it may use beside its own and the JDK's. */
  private static final Map<String, List<String>> MAY_USE =
      new TreeMap<>(
          Map.of(
              "io.stagger.api",
              List.of(),
              "io.stagger.testkit",
              List.of(
                  "io.stagger.api..",
                  "org.junit..",
                  "org.opentest4j..",
                  // Allocated bytes of a thread.
                  "com.sun.management.."),
              "io.stagger.strategies",
              List.of("io.stagger.api.."),
              "io.stagger.weights",
              List.of(
                  "io.stagger.api..",
                  "org.apache.arrow..",
                  "com.google.flatbuffers..",
                  "com.fasterxml.jackson.."),
              "io.stagger.runtime.cpu",
              List.of("io.stagger.api..", "jdk.incubator.vector.."),
              "io.stagger.runtime.cuda",
              List.of("io.stagger.api.."),
              "io.stagger.engine",
              List.of(
                  "io.stagger.api..",
                  "io.stagger.weights..",
                  "com.google.inject..",
                  // Processor time and allocated bytes of a thread.
                  "com.sun.management..",
                  "jakarta.inject..",
                  "org.apache.commons.configuration2..",
                  "org.yaml.snakeyaml..",
                  // Linear programs, in the simulator.
                  "org.ojalgo..",
                  // The assignment of ranks, in migrations.
                  "org.jgrapht..",
                  "com.fasterxml.jackson..",
                  // In the package of traces alone, see below.
                  "org.apache.arrow..",
                  "com.google.flatbuffers..",
                  "com.github.luben.zstd..",
                  "org.slf4j.."),
              "io.stagger.samples.tinymoe",
              // The engine's own signatures speak of weight stores and of progress.
              List.of("io.stagger.api..", "io.stagger.engine..", "io.stagger.weights.."),
              "io.stagger.cli",
              List.of(
                  "io.stagger.api..",
                  "io.stagger.weights..",
                  "io.stagger.engine..",
                  "picocli..",
                  "com.fasterxml.jackson..",
                  // Charts, and XML for the drawings; in the package of reports alone, see below.
                  "org.knowm.xchart..",
                  "org.apache.batik..",
                  "org.w3c.dom..",
                  "org.slf4j..")));

  private static JavaClasses stagger;

  @BeforeAll
  static void importClasses() {
    stagger =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.stagger");
  }

  static Stream<Arguments> modules() {
    return MAY_USE.entrySet().stream().map(e -> arguments(e.getKey(), e.getValue()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("modules")
  void usesOnlyWhatItMay(String module, List<String> mayUse) {
    List<String> allowed = new ArrayList<>(Arrays.asList(EVERYWHERE));
    allowed.add(module + "..");
    allowed.addAll(mayUse);
    classes()
        .that()
        .resideInAPackage(module + "..")
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage(allowed.toArray(String[]::new)))
        .because("a module's dependencies are part of the design; see MAY_USE in this test")
        .check(stagger);
  }

  @Test
  void onlyTracesOfTheEngineKnowArrow() {
    noClasses()
        .that()
        .resideInAPackage("io.stagger.engine..")
        .and()
        .resideOutsideOfPackage("io.stagger.engine.trace.arrow")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.apache.arrow..", "com.google.flatbuffers..", "com.github.luben.zstd..")
        .because("how a trace's bytes are read is one package's concern")
        .check(stagger);
  }

  @Test
  void onlyReportsOfTheCommandLineDrawCharts() {
    noClasses()
        .that()
        .resideInAPackage("io.stagger.cli..")
        .and()
        .resideOutsideOfPackage("io.stagger.cli.report")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.knowm.xchart..", "org.apache.batik..", "org.w3c.dom..")
        .because("how a chart is drawn is one package's concern")
        .check(stagger);
  }

  @Test
  void everyClassBelongsToAModuleWithARule() {
    List<String> strays =
        stagger.stream()
            .map(JavaClass::getName)
            .filter(name -> MAY_USE.keySet().stream().noneMatch(m -> name.startsWith(m + ".")))
            .toList();
    assertThat(strays).as("classes of no known module: add a row to MAY_USE").isEmpty();
  }

  /** A class name in a string is a dependency too, which the compiler and ArchUnit don't see. */
  @ParameterizedTest
  @ValueSource(strings = {"io.stagger.engine", "io.stagger.cli"})
  void namesNoStrategyOrRuntimeClassInAString(String module) throws IOException {
    List<String> offenders = new ArrayList<>();
    for (JavaClass type : stagger) {
      if (type.getName().startsWith(module + ".") && namesAnImplementation(type)) {
        offenders.add(type.getName());
      }
    }
    assertThat(offenders)
        .as("classes that name a strategy's or runtime's package; use ServiceLoader")
        .isEmpty();
  }

  private static boolean namesAnImplementation(JavaClass type) throws IOException {
    URI uri = type.getSource().orElseThrow().getUri();
    try (InputStream in = uri.toURL().openStream()) {
      // Constants are modified UTF-8, in which ASCII names read as they are.
      String constants = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
      return Stream.of("io.stagger.strategies", "io.stagger.runtime.", "io.stagger.samples")
          .anyMatch(name -> constants.contains(name) || constants.contains(name.replace('.', '/')));
    }
  }
}
