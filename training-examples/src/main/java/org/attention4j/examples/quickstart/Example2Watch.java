package org.attention4j.examples.quickstart;

import java.nio.file.Path;
import java.util.List;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.Reporters;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Watches what each head does while a network trains. */
final class Example2Watch {
  private Example2Watch() {}

  /** The argument is the file that the measurements are added to. */
  public static void main(String[] arguments) {
    if (arguments.length != 1) {
      System.err.println("Name one file for the measurements, such as attention.jsonl.");
      System.exit(2);
    }
    var attention = new SelfAttentionLayer.Builder().nOut(16).nHeads(2).projectInput(true).build();
    var output = new RnnOutputLayer.Builder(LossFunction.MSE).nOut(8);
    var description = new NeuralNetConfiguration.Builder().seed(1).updater(new Adam(1e-2));
    var layers = description.list(attention, output.activation(Activation.IDENTITY).build());
    var network = new MultiLayerNetwork(layers.setInputType(InputType.recurrent(8)).build());
    network.init();
    var x = Nd4j.randn(16, 8, 24); // examples, features, steps
    var y = x.max(true, 2).broadcast(x.shape()); // each step asks for the sequence's maxima
    var history = Reporters.history(1000);
    var monitor =
        AttentionMonitor.builder()
            .every(50)
            .tier(Tier.FULL) // CHEAP leaves out the paper's distances and the Jacobian
            .reportTo(history)
            .reportTo(Reporters.jsonLines(Path.of(arguments[0]))) // an object for each head
            .alarms(AlarmRules.all())
            .onAlarm(alarm -> System.out.println("Alarm: " + alarm.message()));
    try (AttentionMonitor watching = monitor.build()) {
      network.setListeners(watching); // this is all that training needs to know
      for (int i = 0; i <= 200; i++) {
        network.fit(x, y);
      }
    }
    for (var record : history.records()) {
      System.out.printf("iteration %3d, head %d:", record.iteration(), record.head());
      List.of("effectiveTokens", "maxLogit", "separableShare")
          .forEach(name -> System.out.printf("  %s %.2f", name, record.metrics().get(name)));
      System.out.println();
    }
  }
}
