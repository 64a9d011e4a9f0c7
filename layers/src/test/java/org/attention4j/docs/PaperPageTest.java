package org.attention4j.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The program of the page measures a small network. */
final class PaperPageTest {
  @Test
  void theProgramMeasures(@TempDir Path directory)
      throws IOException, ReflectiveOperationException {
    MultiLayerNetwork network =
        TestNetworks.of(
                new SelfAttentionLayer.Builder()
                    .name("att")
                    .nOut(14)
                    .nHeads(2)
                    .headSize(7)
                    .projectInput(true)
                    .build())
            .network(DataType.FLOAT);
    INDArray input = Sequences.input(DataType.FLOAT, Sizes.EXAMPLES, Sizes.STEPS);
    INDArray labels = Sequences.labels(DataType.FLOAT, Sizes.EXAMPLES, Sizes.STEPS);
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (URLClassLoader classes = CompiledPage.compile(Page.read("paper.md"), directory)) {
      System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
      classes
          .loadClass("com.example.Limits")
          .getMethod("print", MultiLayerNetwork.class, INDArray.class, INDArray.class)
          .invoke(null, network, input, labels);
    } finally {
      System.setOut(before);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains("att 0 N = 1 distance ", "att 1 N = 3 distance ", "g(0.1, 0.001) = ")
        .containsPattern("p-value at N = 2: [0-9.]+")
        .containsPattern("loss [0-9.]+, with two keys [0-9.]+");
  }
}
