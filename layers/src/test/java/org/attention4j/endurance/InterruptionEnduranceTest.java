package org.attention4j.endurance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.attention4j.layers.Execution;
import org.attention4j.layers.SavedModel;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** Trainings whose thread is interrupted at any moment: files stay readable, the JVM goes on. */
@Tag("endurance")
class InterruptionEnduranceTest {
  private static final int LONGEST_RUN_MILLIS = 300;
  private static final int SAVED_EVERY = 3;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(
      value = Execution.class,
      names = {"FUSED", "GRAPH"})
  void filesStayReadable(Execution execution) throws Exception {
    MultiLayerNetwork network =
        TestNetworks.of(
                new SelfAttentionLayer.Builder()
                    .nOut(Sizes.OUT)
                    .nHeads(Sizes.HEADS)
                    .projectInput(true)
                    .execution(execution)
                    .name("reader")
                    .build())
            .learningRate(0.01)
            .network(DataType.FLOAT);
    Random random = new Random(23);
    AtomicInteger iterations = new AtomicInteger();
    for (int run = 0; run < Settings.interruptions(); run++) {
      Path folder = Files.createDirectory(directory.resolve("run" + run));
      AtomicReference<Throwable> failure = new AtomicReference<>();
      Thread training =
          new Thread(
              () -> {
                try {
                  train(network, folder, iterations);
                } catch (IOException | RuntimeException | Error e) {
                  failure.set(e);
                }
              },
              "interrupted training");
      training.start();
      Thread.sleep(random.nextInt(LONGEST_RUN_MILLIS));
      training.interrupt();
      training.join(60_000);
      assertThat(training.isAlive()).as("the training of run %d goes on", run).isFalse();
      assertThat(failure.get()).as("run %d", run).matches(InterruptionEnduranceTest::isExpected);
      assertReadable(folder, network.numParams());
    }
    Settings.report(
        "%d interruptions in %s iterations, %s"
            .formatted(Settings.interruptions(), iterations, execution));

    network.setListeners(List.of());
    network.fit(Sequences.batch(DataType.FLOAT, true));
    assertThat(network.score()).isFinite();
    assertThat(network.params().isNaN().any()).isFalse();
  }

  /** None, or that of a file being opened or saved; the one before it is kept. */
  private static boolean isExpected(@Nullable Throwable failure) {
    return failure == null
        || failure instanceof ClosedByInterruptException
        || failure.getCause() instanceof ClosedByInterruptException;
  }

  private static void train(MultiLayerNetwork network, Path folder, AtomicInteger iterations)
      throws IOException {
    try (AttentionMonitor monitor =
        AttentionMonitor.builder()
            .every(1)
            .tier(Tier.FULL)
            .reportTo(Reporters.jsonLines(folder.resolve("metrics.jsonl")))
            .reportTo(Reporters.csv(folder.resolve("metrics.csv")))
            .build()) {
      network.setListeners(List.of(monitor));
      while (!Thread.currentThread().isInterrupted()) {
        network.fit(Sequences.batch(DataType.FLOAT, true));
        if (iterations.incrementAndGet() % SAVED_EVERY == 0) {
          SavedModel.write(network, folder.resolve("model.zip"), true);
        }
      }
    }
  }

  private static void assertReadable(Path folder, long parameters) throws IOException {
    Path lines = folder.resolve("metrics.jsonl");
    if (Files.exists(lines)) {
      ObjectMapper json = new ObjectMapper();
      for (String line : Files.readAllLines(lines)) {
        assertThat(json.readTree(line).isObject()).as(line).isTrue();
      }
    }
    Path table = folder.resolve("metrics.csv");
    if (Files.exists(table) && Files.size(table) > 0) {
      CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).build();
      try (Reader reader = Files.newBufferedReader(table);
          CSVParser parser = format.parse(reader)) {
        assertThat(parser.getRecords()).allMatch(CSVRecord::isConsistent);
      }
    }
    Path model = folder.resolve("model.zip");
    if (Files.exists(model)) {
      MultiLayerNetwork saved = ModelSerializer.restoreMultiLayerNetwork(model.toFile(), true);
      assertThat(saved.numParams()).isEqualTo(parameters);
      assertThat(saved.params().isNaN().any()).isFalse();
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .as("nothing half-written lies beside them")
          .isSubsetOf("metrics.jsonl", "metrics.csv", "model.zip");
    }
  }
}
