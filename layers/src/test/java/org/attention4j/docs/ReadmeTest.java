package org.attention4j.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.attention4j.layers.AttentionSwap;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;

/** The Java code of the README compiles and does what the text beside it says. */
class ReadmeTest {
  private static final Path README = Path.of("..", "README.md");

  /** Two screens before the links. */
  private static final int MAX_BYTES = 8192;

  private static final String FILE =
      """
      package com.example;
      %s
      import org.attention4j.layers.AttentionSwap;
      import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

      public class Readme {
        public static SelfAttentionLayer layer() {
          return %s
        }

        public static AttentionSwap.Result<MultiLayerNetwork> swap(MultiLayerNetwork trained) {
          %s
          return swapped;
        }

        public static void watch(MultiLayerNetwork net) {
          %s
        }
      }
      """;

  @TempDir static Path directory;
  private static URLClassLoader classes;

  @BeforeAll
  static void compile() throws IOException {
    Page readme = new Page(README, Files.readString(README));
    String layer = block(readme, "new SelfAttentionLayer.Builder()");
    String swap = block(readme, "AttentionSwap.with(");
    String watch = block(readme, "AttentionMonitor.builder()");
    String code =
        FILE.formatted(
            lines(layer, true) + "\n" + lines(watch, true),
            lines(layer, false),
            swap,
            lines(watch, false));
    classes = CompiledPage.compile(new Page(README, "```java\n" + code + "```\n"), directory);
  }

  @AfterAll
  static void close() throws IOException {
    if (classes != null) {
      classes.close();
    }
  }

  private static String block(Page page, String code) {
    return page.blocks("java").stream()
        .filter(block -> block.contains(code))
        .findFirst()
        .orElseThrow();
  }

  /** The imports of a block, or all else but comments. */
  private static String lines(String block, boolean imports) {
    return block
        .lines()
        .filter(line -> !line.startsWith("//") && line.startsWith("import ") == imports)
        .collect(Collectors.joining("\n"));
  }

  @Test
  void theLayerIsOursWithTheNormalizerSaid() throws ReflectiveOperationException {
    SelfAttentionLayer layer = (SelfAttentionLayer) readme().getMethod("layer").invoke(null);
    assertThat(layer.getNormalizer()).isEqualTo(Normalizers.topK(8));
  }

  @Test
  void theSwapReplacesTheStockLayer() throws ReflectiveOperationException {
    MultiLayerNetwork stock = stock();
    AttentionSwap.Result<?> swapped =
        (AttentionSwap.Result<?>)
            readme().getMethod("swap", MultiLayerNetwork.class).invoke(null, stock);
    assertThat(swapped.report())
        .containsExactly(
            "'layer0': The stock SelfAttentionLayer is replaced by that of attention4j with "
                + Normalizers.entmax15()
                + ".");
    assertThat(((MultiLayerNetwork) swapped.network()).params()).isEqualTo(stock.params());
  }

  @Test
  void theMonitorListens() throws ReflectiveOperationException {
    MultiLayerNetwork network = stock();
    readme().getMethod("watch", MultiLayerNetwork.class).invoke(null, network);
    assertThat(network.getListeners()).singleElement().isInstanceOf(AttentionMonitor.class);
  }

  @Test
  void theReadmeIsShort() {
    assertThat(README).isRegularFile();
    assertThat(README.toFile().length()).isLessThanOrEqualTo(MAX_BYTES);
  }

  private static MultiLayerNetwork stock() {
    MultiLayerNetwork stock =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list(
                    new org.deeplearning4j.nn.conf.layers.SelfAttentionLayer.Builder()
                        .nOut(6)
                        .nHeads(2)
                        .projectInput(true)
                        .build(),
                    new RnnOutputLayer.Builder().activation(Activation.SOFTMAX).nOut(3).build())
                .setInputType(InputType.recurrent(5))
                .build());
    stock.init();
    return stock;
  }

  private static Class<?> readme() throws ClassNotFoundException {
    return classes.loadClass("com.example.Readme");
  }
}
