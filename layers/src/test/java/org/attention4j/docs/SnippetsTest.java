package org.attention4j.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.attention4j.layers.AttentionSwap;
import org.attention4j.layers.LanguageModelHead;
import org.attention4j.layers.LayerNorm;
import org.attention4j.layers.LearnedPositionEmbedding;
import org.attention4j.layers.OutputGate;
import org.attention4j.layers.Position;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.layers.TokenEmbedding;
import org.attention4j.layers.TransformerBlock;
import org.attention4j.monitor.AttentionInspector;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.InspectedAttention;
import org.attention4j.monitor.InspectedLayer;
import org.attention4j.monitor.SameDiffMonitor;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.metrics.Geometry;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.monitor.ui.AttentionPage;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.samediff.Attention;
import org.attention4j.samediff.AttentionResult;
import org.attention4j.samediff.GraphAttentionSwap;
import org.attention4j.training.GlobalNormClipping;
import org.deeplearning4j.core.storage.StatsStorage;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;

/** The lines of Java that a page shows between its whole files compile. */
class SnippetsTest {
  private static final String FILE =
      """
      package com.example;
      %s
      public class Snippet%d {
        interface Notifier {
          void send(String message);
        }

        public static void run(%s) throws Exception {
          %s
        }
      }
      """;

  /** What a reader's editor imports. */
  private static final String IMPORTS =
      Stream.of(
              Adam.class,
              AlarmRules.class,
              Attention.class,
              AttentionInspector.class,
              AttentionMonitor.class,
              AttentionPage.class,
              AttentionResult.class,
              AttentionSwap.class,
              DataSet.class,
              DataSetIterator.class,
              Geometry.class,
              GlobalNormClipping.class,
              INDArray.class,
              InMemoryStatsStorage.class,
              InspectedAttention.class,
              InspectedLayer.class,
              InputType.class,
              LanguageModelHead.class,
              LayerNorm.class,
              LearnedPositionEmbedding.class,
              List.class,
              Map.class,
              MultiLayerNetwork.class,
              NeuralNetConfiguration.class,
              GraphAttentionSwap.class,
              Normalizer.class,
              Position.class,
              Normalizers.class,
              OutputGate.class,
              Path.class,
              Reporters.class,
              SDVariable.class,
              SameDiff.class,
              SameDiffMonitor.class,
              SelfAttentionLayer.class,
              StatsStorage.class,
              Tier.class,
              TokenEmbedding.class,
              TransformerBlock.class,
              java.io.File.class,
              java.net.URI.class)
          .map(type -> "import " + type.getName() + ";")
          .collect(Collectors.joining("\n"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "attention-options.md | 4 | MultiLayerNetwork network, MultiLayerNetwork gated",
        "getting-started.md | 1 | File file",
        "layers.md          | 3 | MultiLayerNetwork network",
        "monitoring.md      | 5 | MultiLayerNetwork net, DataSetIterator data, int epochs,"
            + " Notifier notifier, DataSet validation, INDArray sentence, SameDiff sd,"
            + " INDArray features",
        "monitoring-page.md | 1 | MultiLayerNetwork net",
        "normalizers.md     | 2 | ''",
        "samediff.md        | 3 | SDVariable q, SDVariable k, SDVariable v, SDVariable padding,"
            + " SDVariable positions, SDVariable pastKeys, SDVariable pastValues,"
            + " SameDiff graph",
      })
  void everySnippetCompiles(String name, int number, String variables, @TempDir Path directory)
      throws IOException {
    Page page = Page.read(name);
    Predicate<String> wholeFile = block -> block.startsWith("package ");
    List<String> snippets = page.blocks("java").stream().filter(wholeFile.negate()).toList();
    assertThat(snippets).as("snippets of %s", name).hasSize(number);
    StringBuilder files = new StringBuilder();
    for (int i = 0; i < number; i++) {
      String body =
          snippets
              .get(i)
              .lines()
              .filter(line -> !line.startsWith("import "))
              .collect(Collectors.joining("\n"));
      files.append("```java\n").append(FILE.formatted(IMPORTS, i, variables, body)).append("```\n");
    }
    try (URLClassLoader classes =
        CompiledPage.compile(new Page(page.file(), files.toString()), directory)) {
      assertThat(classes.getURLs()).isNotEmpty();
    }
  }
}
