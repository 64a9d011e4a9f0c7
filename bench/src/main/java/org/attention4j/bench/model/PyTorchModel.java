package org.attention4j.bench.model;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The model of PyTorch's own operations: one call for each pass, all arrays in its memory. */
final class PyTorchModel implements LanguageModel {
  private static final String ENGINE = "PyTorch";

  /** DJL calls the method that the first array's name says. */
  private static final String METHOD = "module_method:";

  /** DJL hands over arrays of one such name as a list. */
  private static final String LIST = "[]";

  private final NDManager arrays = NDManager.newBaseManager(Device.cpu(), ENGINE);
  private final ParameterStore none = new ParameterStore(arrays, false);
  private final Model model;
  private final NDList fitArguments = new NDList();
  private final NDList outputArguments = new NDList();
  private double loss = Double.NaN;

  PyTorchModel(ModelSize size, ModelWeights weights, ModelData data) {
    model = load(new TransformerScript(size, weights).file());
    Shape batch = new Shape(size.batch(), size.context());
    NDArray tokens = arrays.create(data.tokens(), batch);
    NDList parameters = new NDList();
    NDList means = new NDList();
    NDList squares = new NDList();
    NDList steps = new NDList();
    weights
        .shapes()
        .forEach(
            (name, lengths) -> {
              Shape shape = new Shape(lengths);
              NDArray parameter = arrays.create(weights.values(name), shape);
              parameter.setRequiresGradient(true);
              parameters.add(named("p", parameter));
              means.add(named("m", arrays.zeros(shape)));
              squares.add(named("v", arrays.zeros(shape)));
              steps.add(named("s", arrays.create(0f)));
            });
    fitArguments.add(tokens);
    fitArguments.add(arrays.create(data.next(), batch));
    fitArguments.addAll(parameters);
    fitArguments.addAll(means);
    fitArguments.addAll(squares);
    fitArguments.addAll(steps);
    NDArray method = arrays.create(0f);
    method.setName(METHOD + TransformerScript.OUTPUT);
    outputArguments.add(method);
    outputArguments.add(tokens);
    outputArguments.addAll(parameters);
  }

  private static NDArray named(String list, NDArray array) {
    array.setName(list + LIST);
    return array;
  }

  private static Model load(byte[] script) {
    Model model = Model.newInstance("transformer", Device.cpu(), ENGINE);
    try {
      model.load(new ByteArrayInputStream(script));
      return model;
    } catch (IOException e) {
      throw new UncheckedIOException("The script of the transformer cannot be read.", e);
    } catch (MalformedModelException e) {
      throw new IllegalStateException("PyTorch does not accept the script of the transformer.", e);
    }
  }

  @Override
  public void fit() {
    try (NDArray value = call(fitArguments, true)) {
      loss = value.getFloat();
    }
  }

  @Override
  public void output() {
    call(outputArguments, false).close();
  }

  private NDArray call(NDList arguments, boolean training) {
    // DJL leaves it off; each thread has its own.
    JniUtils.setGradMode(training);
    Block block = model.getBlock();
    return block.forward(none, arguments, training).singletonOrThrow();
  }

  @Override
  public float[] probabilities() {
    try (NDArray value = call(outputArguments, false)) {
      return value.toFloatArray();
    }
  }

  @Override
  public double loss() {
    return loss;
  }

  @Override
  public void close() {
    model.close();
    arrays.close();
  }
}
