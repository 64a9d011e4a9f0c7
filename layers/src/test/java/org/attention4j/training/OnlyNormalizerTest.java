package org.attention4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.TreeMap;
import org.attention4j.layers.LanguageModelHead;
import org.attention4j.layers.TokenEmbedding;
import org.attention4j.layers.TransformerBlock;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

final class OnlyNormalizerTest {
  private static MultiLayerNetwork network(Normalizer normalizer) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(5)
                .updater(new Adam(0.01))
                .list()
                .layer(new TokenEmbedding.Builder().nIn(17).nOut(10).build())
                .layer(
                    new TransformerBlock.Builder()
                        .nHeads(2)
                        .feedForwardSize(13)
                        .normalizer(normalizer)
                        .causal(true)
                        .build())
                .layer(new LanguageModelHead.Builder().nOut(17).build())
                .setInputType(InputType.recurrent(1))
                .build());
    network.init();
    return network;
  }

  @Test
  void theParameterOfTheNormalizerMovesAndNothingElse() {
    Normalizer ssmax = Normalizers.ssmax();
    MultiLayerNetwork network = network(ssmax);
    network.setListeners(new OnlyNormalizer(ssmax));
    Map<String, INDArray> before = new TreeMap<>();
    network.paramTable().forEach((name, values) -> before.put(name, values.dup()));
    INDArray tokens = Nd4j.createFromArray(new int[] {3, 1, 16, 3, 3, 7, 0}).reshape(1, 7);
    INDArray next = Nd4j.createFromArray(new int[] {1, 16, 3, 3, 7, 0, 11}).reshape(1, 7);

    for (int i = 0; i < 3; i++) {
      network.fit(new DataSet(tokens, next));
    }

    assertThat(before).containsKey("1_s");
    network
        .paramTable()
        .forEach(
            (name, values) -> {
              if (name.equals("1_s")) {
                assertThat(values.neq(before.get(name)).all()).isTrue();
              } else {
                assertThat(values).as(name).isEqualTo(before.get(name));
              }
            });
  }

  @Test
  void aNormalizerWithoutParametersIsRefused() {
    assertThatThrownBy(() -> new OnlyNormalizer(Normalizers.softmax()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be one with parameters, such as ssmax.");
  }
}
