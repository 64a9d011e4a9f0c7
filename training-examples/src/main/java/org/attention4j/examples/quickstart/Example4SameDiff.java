package org.attention4j.examples.quickstart;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.point;

import java.util.Map;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.samediff.Attention;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.adapter.SingletonDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Attention in a plain SameDiff graph, with a loss that also reads the weights. */
final class Example4SameDiff {
  private Example4SameDiff() {}

  public static void main(String[] arguments) {
    SameDiff sd = SameDiff.create();
    SDVariable x = sd.placeHolder("x", DataType.FLOAT, -1, 12, 6); // examples, steps, features
    SDVariable target = sd.placeHolder("target", DataType.FLOAT, -1, 12, 6);
    SDVariable q = project(x, "Wq");
    SDVariable k = project(x, "Wk");
    var attention = Attention.attention().normalizer(Normalizers.ssmax()).causal(true).heads(1);
    var result = attention.apply(q, k, project(x, "Wv")); // ssmax's scale is a variable of sd
    SDVariable error = sd.math.square(result.output().sub(target)).mean().rename("error");
    SDVariable p = result.weights(); // unlike with the stock operation, a loss on these trains
    SDVariable entropy = p.mul(sd.math.log(p.add(1e-9))).sum(2).neg().mean().rename("entropy");
    sd.setLossVariables(error.add(entropy.mul(0.3)).rename("loss")); // few tokens, please
    var training = TrainingConfig.builder().updater(new Adam(0.01)).dataSetFeatureMapping("x");
    sd.setTrainingConfig(training.dataSetLabelMapping("target").build());

    INDArray input = Nd4j.randn(DataType.FLOAT, 32, 12, 6);
    INDArray maxima = input.dup(); // each step asks for the largest values so far
    for (int t = 1; t < 12; t++) {
      INDArray now = maxima.get(all(), point(t), all());
      now.assign(Transforms.max(now, maxima.get(all(), point(t - 1), all())));
    }
    Map<String, INDArray> data = Map.of("x", input, "target", maxima);
    print(sd.output(data, "error", "entropy"));
    sd.fit(new SingletonDataSetIterator(new DataSet(input, maxima)), 300);
    print(sd.output(data, "error", "entropy"));
  }

  private static void print(Map<String, INDArray> values) {
    values.forEach((name, value) -> System.out.printf("%s %.3f%n", name, value.getDouble(0)));
  }

  private static SDVariable project(SDVariable x, String name) {
    SDVariable weights = x.getSameDiff().var(name, Nd4j.randn(DataType.FLOAT, 6, 6).mul(0.3));
    return x.reshape(-1, 6).mmul(weights).reshape(-1, 12, 6);
  }
}
