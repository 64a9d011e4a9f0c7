package org.attention4j.monitor;

import java.util.List;
import java.util.Map;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerParameter;
import org.attention4j.samediff.Attention;
import org.attention4j.testing.Sizes;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * The SameDiff graph of a network of one self-attention layer and a softmax output for each step,
 * with the network's parameters. Its loss is the sum over examples, so its gradients are those that
 * Deeplearning4j back-propagates, and its learning rate is that of the network for the mean.
 */
final class AttentionGraph {
  static final String NAME = "att";
  private static final double RATE = 0.1;

  final SameDiff sd = SameDiff.create();
  private final MultiLayerNetwork network;
  private final DataType type;

  /** Of a network that trains by plain gradient descent with the rate 0.1. */
  AttentionGraph(MultiLayerNetwork network, Normalizer normalizer, Attention attention, int heads) {
    this.network = network;
    type = network.params().dataType();
    SDVariable x = sd.placeHolder("x", type, -1, Sizes.STEPS, Sizes.SIZE);
    SDVariable visible = sd.placeHolder("visible", DataType.BOOL, -1, 1, 1, Sizes.STEPS);
    SDVariable counted = sd.placeHolder("counted", type, -1, Sizes.STEPS);
    SDVariable labels = sd.placeHolder("labels", type, -1, Sizes.STEPS, Sizes.CLASSES);
    attention.name(NAME).heads(heads).mask(visible);
    List<NormalizerParameter> declared = normalizer.parameters(heads);
    if (declared.isEmpty()) {
      attention.normalizer(normalizer);
    } else {
      String name = declared.get(0).name();
      SDVariable parameter =
          sd.var("of the map", network.getParam("0_" + name).dup().reshape(heads));
      attention.normalizer(normalizer, Map.of(name, parameter));
    }
    SDVariable output =
        attention.apply(projected(x, "Wq"), projected(x, "Wk"), projected(x, "Wv")).output();
    SDVariable merged = output.permute(0, 2, 1, 3).reshape(-1, Sizes.OUT);
    SDVariable logits =
        merged
            .mmul(sd.var("Wo", network.getParam("0_Wo").dup('c')))
            .mmul(sd.var("W", network.getParam("1_W").dup('c')))
            .add(sd.var("b", network.getParam("1_b").dup('c').reshape(Sizes.CLASSES)));
    SDVariable logs = sd.math.log(sd.nn.softmax(logits, 1));
    SDVariable ofSteps = logs.mul(labels.reshape(-1, Sizes.CLASSES)).sum(1);
    SDVariable loss = ofSteps.mul(counted.reshape(-1)).sum().neg().rename("loss");
    sd.setLossVariables(loss);
    sd.setTrainingConfig(
        TrainingConfig.builder()
            .updater(new Sgd(RATE / Sizes.EXAMPLES))
            .dataSetFeatureMapping("x", "visible", "counted")
            .dataSetLabelMapping("labels")
            .build());
  }

  /** [b, heads, T, d] of the columns of a matrix [nIn, heads * d]. */
  private SDVariable projected(SDVariable x, String name) {
    INDArray ofLayer = network.getParam("0_" + name); // [heads, d, nIn]
    long columns = ofLayer.size(0) * ofLayer.size(1);
    INDArray matrix = ofLayer.permute(2, 0, 1).dup('c').reshape('c', Sizes.SIZE, columns);
    return x.reshape(-1, Sizes.SIZE)
        .mmul(sd.var("matrix of " + name, matrix))
        .reshape(-1, Sizes.STEPS, ofLayer.size(0), ofLayer.size(1))
        .permute(0, 2, 1, 3);
  }

  /** The batch of a network as that of the graph. */
  MultiDataSet batch(DataSet data) {
    INDArray mask = data.getFeaturesMaskArray();
    INDArray counted = mask == null ? ones() : mask;
    return new MultiDataSet(
        new INDArray[] {
          data.getFeatures().permute(0, 2, 1).dup('c'), visible(counted), counted.castTo(type)
        },
        new INDArray[] {data.getLabels().permute(0, 2, 1).dup('c')});
  }

  /** What attention needs of a batch. */
  static Map<String, INDArray> placeholders(MultiDataSet batch) {
    return Map.of("x", batch.getFeatures(0), "visible", batch.getFeatures(1));
  }

  private static INDArray ones() {
    return Nd4j.ones(DataType.DOUBLE, Sizes.EXAMPLES, Sizes.STEPS);
  }

  private static INDArray visible(INDArray mask) {
    return mask.neq(0).reshape(mask.size(0), 1, 1, mask.size(1));
  }

  void fit(DataSet data, int iterations) {
    MultiDataSet batch = batch(data);
    for (int i = 0; i < iterations; i++) {
      sd.fit(batch);
    }
  }
}
