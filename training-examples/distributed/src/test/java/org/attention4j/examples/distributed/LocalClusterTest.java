package org.attention4j.examples.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attention4j.examples.training.NativeThreads;
import org.attention4j.examples.training.Settings;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.DataSet;

/** Workers in JVMs of their own. */
@Tag("slow")
class LocalClusterTest {
  @TempDir private Path folder;

  @Test
  void aWorkerWhoseProcessEndsIsReplacedAndChangesNothing() {
    NativeThreads.use(1);
    Plan plan = SmallTraining.plan(3, 2);
    Settings all = SmallTraining.settings(12);
    List<DataSet> batches = SmallTraining.batches(all);
    ComputationGraph network = SmallTraining.model(Normalizers.ssmax(), all, plan);
    TrainedApart apart = new TrainedApart(network, plan).train(batches);
    WorkerRecords records;
    try (OpenSpark spark = new OpenSpark(new SparkMaster("local-cluster[2,1,1024]"))) {
      records =
          new SparkTraining(spark.context(), plan)
              .train(
                  network,
                  SmallTraining.files(batches, folder),
                  new SparkTraining.Fault(1, true),
                  round -> {});
    }

    // Losing an executor can cost the other one's task as well.
    assertThat(records.rounds().get(0).repeated()).isEmpty();
    assertThat(records.rounds().get(1).repeated()).contains(1);
    assertThat(network.params().toFloatVector()).isEqualTo(apart.parameters());
    assertThat(records.rounds())
        .allSatisfy(
            round ->
                assertThat(round.reports())
                    .allSatisfy(
                        worker ->
                            assertThat(worker)
                                .extracting(WorkerReport::iteration)
                                .containsExactly(
                                    3 * round.number(),
                                    3 * round.number() + 1,
                                    3 * round.number() + 2)));
    assertThat(Files.exists(Path.of("work"))).isFalse();
  }
}
