package io.stagger.runtime.cpu;

import io.stagger.api.runtime.MoeRuntime;
import io.stagger.api.runtime.RuntimeRequest;
import io.stagger.api.runtime.TokenBatch;
import io.stagger.api.strategy.Options;
import io.stagger.testkit.Deployment;
import io.stagger.testkit.ReplicaPick;
import io.stagger.testkit.SyntheticModel;
import io.stagger.testkit.SyntheticModels;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A program that prints which kernels it found, and a digest of what they give. */
final class BitsProbe {

  private BitsProbe() {}

  public static void main(String[] args) {
    System.out.println(Kernels.choose(Kernels.Choice.AUTO).description());
    System.out.println(digest());
  }

  static String digest() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (SyntheticModel model : SyntheticModels.all()) {
        add(digest, model);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void add(MessageDigest digest, SyntheticModel model) {
    Deployment single = Deployment.single(model.spec().shape());
    RuntimeRequest request =
        new RuntimeRequest(
            single.cluster(),
            single.placement(),
            model.loader(),
            ReplicaPick.FIRST,
            Options.empty());
    try (MoeRuntime runtime = new CpuBackend().open(request)) {
      float[] hidden = model.hidden(6, 3);
      TokenBatch batch = TokenBatch.of(0, hidden, model.spec().hiddenSize());
      for (float value : runtime.forward(batch).hidden().toFloats()) {
        digest.update(ByteBuffer.allocate(4).putFloat(0, value));
      }
    }
  }
}
