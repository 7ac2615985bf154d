package io.stagger.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/**
 * What the module may use; its row of {@code ModuleDependencyTest} is here, since the command
 * line's class path is without Spark.
 */
class DependencyTest {

  @Test
  void usesTheEngineAndSparkAlone() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "org.jspecify..",
            "io.stagger.api..",
            "io.stagger.engine..",
            "io.stagger.spark..",
            "org.apache.spark..",
            "scala..",
            // Headers of Parquet files.
            "org.apache.hadoop..",
            "org.apache.parquet..")
        .check(
            new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.stagger.spark"));
  }
}
