package com.example;

import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** At every step the network learns to give the largest number of the sequence, by feature. */
public final class Train {
  public static void main(String[] args) {
    var attention = new SelfAttentionLayer.Builder().nOut(16).nHeads(2).projectInput(true);
    var output = new RnnOutputLayer.Builder(LossFunction.MSE).nOut(4);
    var network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(1e-2))
                .list(
                    attention.normalizer(Normalizers.topK(8)).build(),
                    output.activation(Activation.IDENTITY).build())
                .setInputType(InputType.recurrent(4))
                .build());
    network.init();
    network.setListeners(
        AttentionMonitor.builder()
            .every(50)
            .alarms(AlarmRules.all())
            .reportTo(Reporters.log())
            .build());
    Nd4j.getRandom().setSeed(1);
    INDArray x = Nd4j.randn(16, 4, 12); // examples, features, steps
    INDArray y = x.max(true, 2).broadcast(x.shape());
    double before = network.score(new DataSet(x, y));
    for (int i = 0; i < 100; i++) {
      network.fit(x, y);
    }
    System.out.printf("loss before %.3f, after %.3f%n", before, network.score(new DataSet(x, y)));
  }
}
