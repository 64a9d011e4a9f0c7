package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** A run that is killed in the middle leaves files that can be read to their end. */
@Tag("slow")
final class KilledRunTest {
  private static final int ENOUGH = 50;
  private static final String JSON = "metrics.jsonl";
  private static final String CSV = "metrics.csv";

  /** Of each iteration. */
  private static final int LINES = 4;

  /** Trains until it is killed. */
  static final class Endless {
    private Endless() {}

    public static void main(String[] arguments) {
      Path folder = Path.of(arguments[0]);
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
              .tier(Tier.FULL)
              .topN(3)
              .reportTo(Reporters.jsonLines(folder.resolve(JSON)))
              .reportTo(Reporters.csv(folder.resolve(CSV)))
              .build());
      DataSet data = Sequences.batch(DataType.FLOAT, false);
      while (true) {
        network.fit(data);
      }
    }
  }

  @Test
  void filesAreWhole(@TempDir Path folder) throws Exception {
    Process run =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-cp",
                System.getProperty("java.class.path"),
                Endless.class.getName(),
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    try {
      while (lines(folder) < ENOUGH && run.isAlive()) {
        Thread.sleep(50);
      }
    } finally {
      run.destroyForcibly();
      assertThat(run.waitFor(1, TimeUnit.MINUTES)).isTrue();
    }
    String json = Files.readString(folder.resolve(JSON));
    assertThat(json).endsWith("\n");
    List<String> objects = json.lines().toList();
    assertThat(objects).hasSizeGreaterThanOrEqualTo(ENOUGH);
    for (int i = 0; i < objects.size(); i++) {
      JsonNode object = new ObjectMapper().readTree(objects.get(i));
      // Two heads, their layer, the network.
      int line = i % LINES;
      assertThat(object.get("iteration").intValue()).isEqualTo(i / LINES);
      assertThat(object.has("layer")).isEqualTo(line < LINES - 1);
      assertThat(object.has("head")).isEqualTo(line < 2);
      assertThat(object.get("metrics").size()).isGreaterThan(line < 2 ? 20 : 5);
      if (line < 2) {
        assertThat(object.get("head").intValue()).isEqualTo(line);
      }
    }
    String csv = Files.readString(folder.resolve(CSV));
    assertThat(csv).endsWith("\r\n");
    assertThat(csv.lines()).allMatch(line -> line.split(",", -1).length == 8);
  }

  private static long lines(Path folder) throws Exception {
    File file = folder.resolve(JSON).toFile();
    return file.exists() ? Files.readString(file.toPath()).lines().count() : 0;
  }
}
