package org.attention4j.bench.compare;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * PyTorch's own {@code scaled_dot_product_attention}, of the official build of its library, through
 * DJL. Its arrays are [1, h, L, d] and stay in PyTorch's memory between runs.
 */
public final class PyTorch implements Peer {
  private static final String ENGINE = "PyTorch";
  private static final String MODEL = "sdpa";

  private final CoreData data;
  private final Pass pass;
  private final NDManager arrays;
  private final Model model;
  private final Block operation;
  private final ParameterStore parameters;
  private final List<NDArray> inputs;
  private final NDArray outputGradient;

  /**
   * Loads the operation and hands it its arrays.
   *
   * @param data the arrays
   * @param pass what to compute
   */
  public PyTorch(CoreData data, Pass pass) {
    this.data = data;
    this.pass = pass;
    arrays = NDManager.newBaseManager(Device.cpu(), ENGINE);
    model = Model.newInstance(MODEL, Device.cpu(), ENGINE);
    operation = load();
    parameters = new ParameterStore(arrays, false);
    inputs = List.of(array(data.q()), array(data.k()), array(data.v()));
    outputGradient = array(data.outputGradient());
    inputs.forEach(input -> input.setRequiresGradient(pass.backward()));
  }

  /**
   * The version of PyTorch, if there is one for this platform.
   *
   * @return the version; empty if the library is not part of the jar or cannot be loaded
   */
  public static Optional<String> version() {
    try {
      return Engine.hasEngine(ENGINE)
          ? Optional.of(Engine.getEngine(ENGINE).getVersion())
          : Optional.empty();
    } catch (EngineException | IllegalStateException | UnsatisfiedLinkError e) {
      return Optional.empty();
    }
  }

  /**
   * How many threads PyTorch uses for one operation.
   *
   * @return the number of threads
   */
  public static int threads() {
    return JniUtils.getNumThreads();
  }

  private Block load() {
    try (InputStream script =
        Objects.requireNonNull(PyTorch.class.getResourceAsStream(MODEL + ".pt"), MODEL)) {
      model.load(script);
      return model.getBlock();
    } catch (IOException e) {
      throw new UncheckedIOException("The resource sdpa.pt cannot be read.", e);
    } catch (MalformedModelException e) {
      throw new IllegalStateException("PyTorch does not accept the resource sdpa.pt.", e);
    }
  }

  private NDArray array(float[] channelMajor) {
    CoreCell cell = data.cell();
    return arrays.create(
        data.rowMajor(channelMajor), new Shape(1, cell.heads(), cell.length(), cell.headSize()));
  }

  @Override
  public void run() {
    compute().close();
  }

  private NDArray compute() {
    // DJL leaves it off; each thread has its own.
    JniUtils.setGradMode(pass.backward());
    NDArray output =
        operation.forward(parameters, new NDList(inputs), pass.backward()).singletonOrThrow();
    if (pass.backward()) {
      // Not by DJL's gradient collector, which would add a product and a sum to what is timed.
      JniUtils.backward((PtNDArray) output, (PtNDArray) outputGradient, false, false);
    }
    return output;
  }

  @Override
  public Map<String, float[]> results() {
    if (pass.backward()) {
      // PyTorch adds to the gradients of earlier runs.
      inputs.stream().filter(NDArray::hasGradient).forEach(PyTorch::clearGradient);
    }
    try (NDArray output = compute()) {
      return pass.backward()
          ? CoreResults.backward(values(output), gradient(0), gradient(1), gradient(2))
          : CoreResults.forward(values(output));
    }
  }

  private static void clearGradient(NDArray input) {
    try (NDArray gradient = input.getGradient()) {
      gradient.subi(gradient);
    }
  }

  private float[] gradient(int input) {
    try (NDArray gradient = inputs.get(input).getGradient()) {
      return values(gradient);
    }
  }

  private float[] values(NDArray array) {
    return data.channelMajor(array.toFloatArray());
  }

  @Override
  public void close() {
    model.close();
    arrays.close();
  }
}
