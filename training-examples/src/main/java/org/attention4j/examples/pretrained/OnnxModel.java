package org.attention4j.examples.pretrained;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.attention4j.examples.support.CommandFailure;

/**
 * A BERT that ONNX Runtime runs. Its jar need not be on the class path: see {@link #isPossible}.
 */
final class OnnxModel implements Encoder {
  /**
   * The command line of this process. From about 4 kB on, ONNX Runtime 1.29 ends the process with a
   * segmentation fault when it is loaded (seen on Linux).
   */
  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

  private static final int MAX_COMMAND_LINE = 3000;

  private final OrtEnvironment environment;
  private final OrtSession session;

  private OnnxModel(OrtEnvironment environment, OrtSession session) {
    this.environment = environment;
    this.session = session;
  }

  /** Whether ONNX Runtime is on the class path; asked before this class is used otherwise. */
  static boolean isPossible() {
    try {
      Class.forName("ai.onnxruntime.OrtEnvironment", false, OnnxModel.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /**
   * Loads a model.
   *
   * @param file the bytes of the ONNX file
   * @param threads on which it computes
   */
  static OnnxModel load(byte[] file, int threads) throws IOException {
    if (Files.exists(COMMAND_LINE) && Files.readAllBytes(COMMAND_LINE).length > MAX_COMMAND_LINE) {
      throw new CommandFailure(
          "ONNX Runtime needs a command line of at most %d bytes; shorten the class path or put it"
                  .formatted(MAX_COMMAND_LINE)
              + " into the environment variable CLASSPATH.");
    }
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      environment.setTelemetry(false);
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      return new OnnxModel(environment, environment.createSession(file, options));
    } catch (OrtException e) {
      throw new CommandFailure("ONNX Runtime cannot load the model.", e);
    }
  }

  @Override
  public float[] features(TokenBatch batch) {
    long[] shape = {batch.size(), batch.steps()};
    LongBuffer ids = LongBuffer.allocate(batch.size() * batch.steps());
    LongBuffer mask = LongBuffer.allocate(ids.capacity());
    for (int b = 0; b < batch.size(); b++) {
      for (int t = 0; t < batch.steps(); t++) {
        ids.put(batch.ids()[b][t]);
        mask.put(t < batch.lengths()[b] ? 1 : 0);
      }
    }
    try (OnnxTensor tokens = OnnxTensor.createTensor(environment, ids.flip(), shape);
        OnnxTensor visible = OnnxTensor.createTensor(environment, mask.flip(), shape);
        OnnxTensor types =
            OnnxTensor.createTensor(environment, LongBuffer.allocate(ids.capacity()), shape);
        OrtSession.Result result =
            session.run(
                Map.of("input_ids", tokens, "attention_mask", visible, "token_type_ids", types))) {
      float[] features = new float[ids.capacity() * MiniLm.SIZE];
      ((OnnxTensor) result.get(0)).getFloatBuffer().get(features);
      return features;
    } catch (OrtException e) {
      throw new CommandFailure("ONNX Runtime cannot run the model.", e);
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new CommandFailure("ONNX Runtime cannot close the model.", e);
    }
  }
}
