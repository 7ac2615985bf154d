package io.stagger.runtime.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Java processes that see another machine, or another Java, than this one gives the same bits. */
class BitsOnOtherMachinesTest {

  private static final String VECTOR = "--add-modules=jdk.incubator.vector";

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"-XX:MaxVectorSize=16", "-XX:MaxVectorSize=32", "-Xint"})
  void theBitsAreTheSame(String flag) throws Exception {
    List<String> lines = run(VECTOR, flag);
    assertThat(lines.getFirst()).contains("vector kernels");
    assertThat(lines).contains(BitsProbe.digest());
  }

  @Test
  void narrowVectorsAreReallyUsed() throws Exception {
    assertThat(run(VECTOR, "-XX:MaxVectorSize=16").getFirst()).isEqualTo("128-bit vector kernels");
  }

  @Test
  void withoutTheVectorModuleScalarKernelsGiveTheSameBitsAndAWarning() throws Exception {
    List<String> lines = run("-Dnothing=here");
    assertThat(lines.getFirst()).isEqualTo("scalar kernels");
    assertThat(lines).contains(BitsProbe.digest());
    assertThat(errors()).contains("WARNING").contains(Kernels.VECTOR_FLAG);
  }

  private List<String> run(String... flags) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(BitsProbe.class.getName());
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(directory.resolve("out").toFile())
            .redirectError(directory.resolve("err").toFile())
            .start();
    assertThat(process.waitFor()).as(errors()).isZero();
    return Files.readAllLines(directory.resolve("out"), StandardCharsets.UTF_8);
  }

  private String errors() throws IOException {
    return Files.readString(directory.resolve("err"), StandardCharsets.UTF_8);
  }
}
