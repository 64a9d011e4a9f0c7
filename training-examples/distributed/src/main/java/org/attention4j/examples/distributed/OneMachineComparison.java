package org.attention4j.examples.distributed;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.attention4j.examples.report.Csv;
import org.attention4j.examples.report.Table;
import org.attention4j.examples.support.NamedAttention;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.training.BitsPerCharacter;
import org.attention4j.examples.training.Corpus;
import org.attention4j.examples.training.LanguageModel;
import org.attention4j.examples.training.Settings;
import org.attention4j.examples.training.Windows;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.DataSet;

/** Holds a distributed training against the same on one machine. */
final class OneMachineComparison {
  /** As many windows as compare judges a model by. */
  private static final int VALIDATION_WINDOWS = 128;

  private final NamedAttention attention;
  private final Corpus corpus;
  private final Settings all;
  private final Plan plan;
  private final Csv csv = new Csv("training", "updates", "windows", "bits_per_character");
  private final List<Table.Row> rows = new ArrayList<>();

  /**
   * Takes what both have in common.
   *
   * @param attention of the models
   * @param corpus whose validation text judges
   * @param all the settings of all workers together
   * @param plan who trained what
   */
  OneMachineComparison(NamedAttention attention, Corpus corpus, Settings all, Plan plan) {
    this.attention = attention;
    this.corpus = corpus;
    this.all = all;
    this.plan = plan;
  }

  /**
   * Trains twice on one machine and prints the validation losses.
   *
   * @param distributed the model that was trained by workers
   * @param batches those that they were given
   * @param console where the table goes
   * @return the numbers
   */
  Csv run(ComputationGraph distributed, List<DataSet> batches, PrintWriter console) {
    List<DataSet> used = batches.subList(0, plan.used(batches.size()));
    List<DataSet> joined = OneMachine.joined(used, plan);
    ComputationGraph sequence = trained(used);
    ComputationGraph large = trained(joined);
    List<DataSet> windows =
        new Windows(corpus.validation(), all.context()).spread(VALIDATION_WINDOWS, all.batch());
    add("distributed", joined.size(), all.batch(), distributed, windows);
    add("one machine, batch by batch", used.size(), all.batch(), sequence, windows);
    add(
        "one machine, batches of all workers joined",
        joined.size(),
        all.batch() * plan.workers(),
        large,
        windows);
    console.println();
    console.println(
        new Table(
                "",
                List.of("trained", "updates", "windows an update", "validation bits/char"),
                rows)
            .text());
    console.println(
        ("All three saw the same %d batches. A worker makes 1/%d of the updates of one machine; the"
             + " mean of the workers is less noisy than each, but no update of its own. The third"
             + " line makes as few updates from gradients over the same windows: what lies between"
             + " it and the first is the price of averaging parameters instead of gradients, and"
             + " what lies between it and the second that of fewer updates.")
            .formatted(used.size(), plan.workers()));
    console.flush();
    return csv;
  }

  private ComputationGraph trained(List<DataSet> batches) {
    ComputationGraph network =
        LanguageModel.ofAnyLength(attention, Plan.withSteps(all, batches.size()));
    OneMachine.train(network, batches);
    return network;
  }

  private void add(
      String name,
      int updates,
      int windowsPerUpdate,
      ComputationGraph model,
      List<DataSet> windows) {
    double bits = BitsPerCharacter.of(model, windows, all.context());
    csv.row(name, updates, windowsPerUpdate, bits);
    rows.add(
        Table.Row.of(
            List.of(
                name,
                Integer.toString(updates),
                Integer.toString(windowsPerUpdate),
                Numbers.fixed(bits, 3))));
  }
}
