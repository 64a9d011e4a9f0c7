package org.attention4j.monitor;

import java.util.List;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.reporters.History;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;

/** A program that watches a network train; {@link WithoutExtrasTest} runs it. */
final class WithoutExtras {
  private WithoutExtras() {}

  /** Trains, and prints how many records were reported. */
  public static void main(String[] arguments) {
    History history = Reporters.history(100);
    MultiLayerNetwork network =
        TestNetworks.of(
                new SelfAttentionLayer.Builder()
                    .name("att")
                    .nOut(14)
                    .nHeads(2)
                    .projectInput(true)
                    .build())
            .learningRate(0.1)
            .perturbed(0.3)
            .network(DataType.FLOAT);
    network.setListeners(
        AttentionMonitor.builder()
            .every(1)
            .alarms(List.copyOf(AlarmRules.all()))
            .reportTo(Reporters.log())
            .reportTo(history)
            .build());
    network.fit(Sequences.batch(DataType.FLOAT, false));
    System.out.println(history.records().size() + " records");
  }
}
