package io.stagger.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stagger.api.error.ConfigurationException;
import io.stagger.api.error.RuntimeUnavailableException;
import io.stagger.api.runtime.Availability;
import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.RuntimeBackend;
import io.stagger.api.runtime.RuntimeRequest;
import io.stagger.api.strategy.Options;
import io.stagger.testkit.Deployment;
import io.stagger.testkit.ReplicaPick;
import io.stagger.testkit.SyntheticModel;
import io.stagger.testkit.SyntheticModels;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CudaBackendTest {

  private final TestDriver driver = TestDriver.fresh();
  private final Fixture fixture = new Fixture(driver);
  private final CudaBackend backend = new CudaBackend();

  private Availability availability(Options options) {
    return backend.availability(options);
  }

  @Test
  void isFoundThroughServiceLoader() {
    assertThat(ServiceLoader.load(RuntimeBackend.class))
        .anySatisfy(found -> {
          assertThat(found).isInstanceOf(CudaBackend.class);
          assertThat(found.name()).isEqualTo("cuda");
        });
  }

  @Test
  void namesTheDevicesWhereItCanRun() {
    driver.devices(2, 3L << 30);

    assertThat(availability(driver.options()))
        .isEqualTo(
            Availability.yes(
                "device 0 Stagger test device (no GPU) (3.0 GiB, compute capability 9.0),"
                    + " device 1 Stagger test device (no GPU) (3.0 GiB, compute capability 9.0)"));
  }

  @Test
  void saysWhichLibraryIsMissing() {
    Availability availability =
        availability(driver.options().with("library", "/no/such/libcuda.so.1"));

    assertThat(availability.available()).isFalse();
    assertThat(availability.detail())
        .contains("cannot load /no/such/libcuda.so.1")
        .contains("Correct runtime.cuda.library");
  }

  @Test
  void saysThatALibraryIsNoDriver() {
    assertThat(availability(driver.options().with("library", "libc.so.6")).detail())
        .contains("driver library libc.so.6: it has no function cuInit");
  }

  @Test
  void saysThatTheDriverIsTooOld() {
    driver.version(10020);

    assertThat(availability(driver.options()).detail())
        .contains("speaks CUDA 10.2")
        .contains("CUDA 11.0 or later");
  }

  @Test
  void saysThatThereIsNoDevice() {
    driver.devices(0, 0);

    assertThat(availability(driver.options()).detail())
        .contains("cuInit failed with CUDA_ERROR_NO_DEVICE (100)");
  }

  @Test
  void saysThatADeviceDoesNotExist() {
    assertThat(availability(driver.options().with("devices", "0,3")).detail())
        .contains("there is no device 3");
  }

  @Test
  void saysThatADeviceIsTooOld() {
    driver.capability(0, 75);

    assertThat(availability(driver.options()).detail())
        .contains("no GPU can run the kernels: [device 0 ")
        .contains("compute capability 8.0 or later");
    assertThat(availability(driver.options().with("devices", "0")).detail())
        .contains("compute capability 7.5) is too old for the kernels");
  }

  @Test
  void leavesOutDevicesThatRoundOtherwiseThanTheFirst() {
    driver.devices(4, 1L << 30);
    driver.capability(0, 75);
    driver.capability(2, 80);

    assertThat(availability(driver.options()).detail())
        .contains("device 1 ", "device 3 ")
        .doesNotContain("device 0 ", "device 2 ");
    assertThat(availability(driver.options().with("devices", "2")).detail())
        .contains("compute capability 8.0");
  }

  @Test
  void refusesToMixDevicesThatRoundDifferently() {
    driver.devices(2, 1L << 30);
    driver.capability(1, 80);

    assertThat(availability(driver.options().with("devices", "0,1")).detail())
        .contains("runtime.cuda.devices: device 1 ")
        .contains("rounds otherwise than device 0 ")
        .contains("one compute capability");
  }

  @Test
  void doesNotOpenWhereItIsNotAvailable() {
    assertThatExceptionOfType(RuntimeUnavailableException.class)
        .isThrownBy(() -> fixture.open(fixture.options().with("devices", "7")))
        .withMessageContaining("there is no device 7");
    fixture.requireNothingLeft();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "none", "0,", "-1", "0,0", "0;1", "123456"})
  void refusesDevicesThatAreNoNumbers(String devices) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> availability(driver.options().with("devices", devices)))
        .withMessageContaining("runtime.cuda.devices: '" + devices + "' is not allowed");
  }

  @ParameterizedTest
  @CsvSource({
    "tokens, 0",
    "tokens, 65537",
    "tokens, many",
    "lanes, 65",
    "staging-mb, 0",
    "reserve-mb, -1",
    "verify, yes",
    "kernels, fast"
  })
  void refusesWhatIsOutOfRangeAlsoWhereNoConfigurationChecksIt(String option, String value) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> availability(driver.options().with(option, value)))
        .withMessageContaining("runtime.cuda." + option + ": '" + value + "' is not allowed");
  }

  @Test
  void looksForTheUsualNamesWhereTheLibraryIsBlank() {
    assertThat(CudaOptions.of(driver.options().with("library", " ")).library()).isEmpty();
  }

  @Test
  void describesWhatItChose() {
    try (MoeRuntime plain = fixture.open();
        MoeRuntime tensor = fixture.open(fixture.options().with("kernels", "auto"))) {
      assertThat(plain.description())
          .startsWith("cuda: device 0 Stagger test device (no GPU)")
          .endsWith("plain kernels for weights of BF16, 1 lanes");
      assertThat(tensor.description()).contains("tensor kernels");
    }
  }

  @Test
  void refusesTensorKernelsForWeightsOf32Bits() {
    SyntheticModel model = SyntheticModels.everyExpert();
    Deployment deployment = Deployment.single(model.spec().shape());
    RuntimeRequest request =
        new RuntimeRequest(
            deployment.cluster(),
            deployment.placement(),
            model.loader(),
            ReplicaPick.FIRST,
            driver.options().with("kernels", "tensor"));

    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> backend.open(request))
        .withMessageContaining("tensor kernels cannot multiply weights of F32");
  }
}
