package org.attention4j.bench.model;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Adam;
import ai.djl.training.tracker.Tracker;

/** The model of DJL's blocks, trained by its trainer and optimizer. */
final class DjlModel implements LanguageModel {
  private static final String ENGINE = "PyTorch";

  private final ModelData data;
  private final Shape batch;
  private final Model model;
  private final Trainer trainer;
  private final Loss crossEntropy = Loss.softmaxCrossEntropyLoss("loss", 1, -1, true, true);
  private double loss = Double.NaN;

  DjlModel(ModelSize size, ModelWeights weights, ModelData data) {
    this.data = data;
    batch = new Shape(size.batch(), size.context());
    model = Model.newInstance("transformer", Device.cpu(), ENGINE);
    DjlTransformer transformer = new DjlTransformer(size);
    model.setBlock(transformer);
    Tracker rate = Tracker.fixed((float) LEARNING_RATE);
    trainer =
        model.newTrainer(
            new DefaultTrainingConfig(crossEntropy)
                .optDevices(new Device[] {Device.cpu()})
                .optOptimizer(Adam.builder().optLearningRateTracker(rate).build()));
    trainer.initialize(batch);
    transformer.set(weights);
  }

  @Override
  public void fit() {
    try (NDManager arrays = trainer.getManager().newSubManager()) {
      NDList tokens = new NDList(arrays.create(data.tokens(), batch));
      NDList next = new NDList(arrays.create(data.next(), batch.add(1)));
      try (GradientCollector gradients = trainer.newGradientCollector()) {
        NDArray value = crossEntropy.evaluate(next, trainer.forward(tokens));
        gradients.backward(value);
        loss = value.getFloat();
      }
      trainer.step();
    }
  }

  @Override
  public void output() {
    try (NDManager arrays = trainer.getManager().newSubManager()) {
      compute(arrays);
    }
  }

  private NDArray compute(NDManager arrays) {
    NDList tokens = new NDList(arrays.create(data.tokens(), batch));
    return trainer.evaluate(tokens).singletonOrThrow().softmax(-1);
  }

  @Override
  public float[] probabilities() {
    try (NDManager arrays = trainer.getManager().newSubManager()) {
      return compute(arrays).toFloatArray();
    }
  }

  @Override
  public double loss() {
    return loss;
  }

  @Override
  public void close() {
    trainer.close();
    model.close();
  }
}
