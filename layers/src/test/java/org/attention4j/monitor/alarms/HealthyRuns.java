package org.attention4j.monitor.alarms;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.attention4j.layers.LearnedPositionEmbedding;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.layers.TransformerBlocks;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.MonitorBuilder;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.LayerReport;
import org.attention4j.monitor.reporters.Reporter;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small trainings that work, to be taken far past the point where nothing is left to learn. */
final class HealthyRuns {
  /** A training. */
  record Run(String name, ComputationGraph network, IntFunction<DataSet> batches) {
    /** Trains, and gives the mean score of the last iterations. */
    double train(int iterations) {
      double score = 0;
      int last = Math.min(20, iterations);
      for (int i = 0; i < iterations; i++) {
        network.fit(batches.apply(i));
        score += i >= iterations - last ? network.score() / last : 0;
      }
      return score;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static final String TEXT =
      "the quick brown fox jumps over the lazy dog while seven wizards quietly mix a potion of"
          + " jade and lemon; nobody knows why the box was left behind the garden wall. ";

  /** The metrics that a rule judges. */
  private static final Pattern JUDGED =
      Pattern.compile(
          "normalizedEntropy|largestOverUniform|visibleKeys|separableShare|maxLogit|temperature"
              + "|nonFinite|scoresGradientNorm|gradientNorm\\..*");

  private static final Set<String> STORED =
      Set.of(
          "classification softmax adam 2",
          "copying softmax adam 12",
          "copying ssmax adam 13",
          "recall softmax adam 22",
          "recall top-k adam 25");

  private HealthyRuns() {}

  /** All runs: every task with several normalizers, updaters and seeds. */
  static List<Run> all() {
    List<Run> runs = new ArrayList<>();
    runs.add(classification(Normalizers.softmax(), new Adam(0.01), 1));
    runs.add(classification(Normalizers.softmax(), new Adam(0.01), 2));
    runs.add(classification(Normalizers.softmax(), new Adam(0.003), 3));
    runs.add(classification(Normalizers.entmax15(), new Adam(0.01), 4));
    runs.add(classification(Normalizers.ssmax(), new Adam(0.01), 5));
    // At a learning rate of 0.1 this training diverges to NaN: no healthy run.
    runs.add(classification(Normalizers.softmax(), new Nesterovs(0.03, 0.9), 6));
    runs.add(classification(Normalizers.sink(), new Adam(0.01), 7));
    runs.add(copying(Normalizers.softmax(), new Adam(0.01), 11));
    runs.add(copying(Normalizers.softmax(), new Adam(0.003), 12));
    runs.add(copying(Normalizers.ssmax(), new Adam(0.01), 13));
    runs.add(copying(Normalizers.sparsemax(), new Adam(0.01), 14));
    runs.add(copying(Normalizers.softmaxWithLearnableTemperature(1), new Adam(0.01), 15));
    runs.add(recall(Normalizers.softmax(), new Adam(0.01), 21));
    runs.add(recall(Normalizers.softmax(), new Adam(0.003), 22));
    runs.add(recall(Normalizers.entmax15(), new Adam(0.01), 23));
    runs.add(recall(Normalizers.ssmax(), new Adam(0.01), 24));
    runs.add(recall(Normalizers.topK(3), new Adam(0.01), 25));
    runs.add(text(Normalizers.softmax(), new Adam(0.003), 31));
    runs.add(text(Normalizers.softmax(), new Adam(0.01), 32));
    runs.add(text(Normalizers.entmax15(), new Adam(0.003), 33));
    runs.add(text(Normalizers.sink(), new Adam(0.003), 34));
    return runs;
  }

  private static String name(String task, Normalizer normalizer, IUpdater updater, int seed) {
    return "%s %s %s %s"
        .formatted(task, normalizer.type(), updater.getClass().getSimpleName(), seed)
        .toLowerCase(Locale.ROOT);
  }

  private static GraphBuilder builder(IUpdater updater, int seed) {
    return new NeuralNetConfiguration.Builder()
        .seed(seed)
        .dataType(DataType.FLOAT)
        .updater(updater)
        .graphBuilder()
        .addInputs("in");
  }

  private static SelfAttentionLayer attention(Normalizer normalizer, int size, int heads) {
    return new SelfAttentionLayer.Builder()
        .nOut(size)
        .nHeads(heads)
        .projectInput(true)
        .normalizer(normalizer)
        .build();
  }

  private static RnnOutputLayer output(int classes) {
    return TestNetworks.classifier(classes);
  }

  private static ComputationGraph network(GraphBuilder builder, int features) {
    ComputationGraph network =
        new ComputationGraph(
            builder.setOutputs("out").setInputTypes(InputType.recurrent(features)).build());
    network.init();
    return network;
  }

  /** Names the class that stands in one marked step; padded at the end. */
  static Run classification(Normalizer normalizer, IUpdater updater, int seed) {
    int examples = 11;
    int steps = 19;
    int features = 7;
    int classes = 3;
    ComputationGraph network =
        network(
            builder(updater, seed)
                .addLayer("att", attention(normalizer, 14, 2), "in")
                .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "att")
                .addLayer(
                    "out",
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nOut(classes)
                        .build(),
                    "pool"),
            features);
    return new Run(
        name("classification", normalizer, updater, seed),
        network,
        i -> {
          Random random = new Random(1_000_003L * seed + i);
          double[][][] inputs = new double[examples][features][steps];
          double[][] labels = new double[examples][classes];
          double[][] mask = new double[examples][steps];
          for (int example = 0; example < examples; example++) {
            int length = 2 + random.nextInt(steps - 1);
            int marked = random.nextInt(length);
            int named = random.nextInt(classes);
            for (int step = 0; step < length; step++) {
              mask[example][step] = 1;
              for (int feature = 0; feature < features; feature++) {
                inputs[example][feature][step] = 0.5 * random.nextGaussian();
              }
            }
            inputs[example][0][marked] = 3;
            inputs[example][1 + named][marked] = 3;
            labels[example][named] = 1;
          }
          return new DataSet(floats(inputs), floats(labels), floats(mask), null);
        });
  }

  /** Says what was read some steps ago, found by place alone. */
  static Run copying(Normalizer normalizer, IUpdater updater, int seed) {
    int examples = 7;
    int steps = 17;
    int symbols = 11;
    int back = 3;
    int features = symbols + steps;
    ComputationGraph network =
        network(
            builder(updater, seed)
                .addLayer("att", attention(normalizer, 22, 2), "in")
                .addLayer("out", output(symbols), "att"),
            features);
    return new Run(
        name("copying", normalizer, updater, seed),
        network,
        i -> {
          Random random = new Random(1_000_003L * seed + i);
          double[][][] inputs = new double[examples][features][steps];
          double[][][] labels = new double[examples][symbols][steps];
          for (int example = 0; example < examples; example++) {
            int[] read = random.ints(steps, 0, symbols).toArray();
            for (int step = 0; step < steps; step++) {
              inputs[example][read[step]][step] = 1;
              inputs[example][symbols + step][step] = 1;
              labels[example][read[Math.max(0, step - back)]][step] = 1;
            }
          }
          return new DataSet(floats(inputs), floats(labels));
        });
  }

  /** Pairs of key and value, then keys whose values are asked for. */
  static Run recall(Normalizer normalizer, IUpdater updater, int seed) {
    int examples = 7;
    int pairs = 13;
    int asked = 5;
    int symbols = 13;
    int features = 3 * symbols;
    ComputationGraph network =
        network(
            builder(updater, seed)
                .addLayer("att", attention(normalizer, 26, 2), "in")
                .addLayer("out", output(symbols), "att"),
            features);
    return new Run(
        name("recall", normalizer, updater, seed),
        network,
        i -> {
          Random random = new Random(1_000_003L * seed + i);
          int steps = pairs + asked;
          double[][][] inputs = new double[examples][features][steps];
          double[][][] labels = new double[examples][symbols][steps];
          double[][] counted = new double[examples][steps];
          for (int example = 0; example < examples; example++) {
            int[] keys = shuffled(symbols, random);
            int[] values = random.ints(pairs, 0, symbols).toArray();
            for (int step = 0; step < pairs; step++) {
              inputs[example][keys[step]][step] = 1;
              inputs[example][symbols + values[step]][step] = 1;
            }
            for (int question = 0; question < asked; question++) {
              int pair = random.nextInt(pairs);
              inputs[example][2 * symbols + keys[pair]][pairs + question] = 1;
              labels[example][values[pair]][pairs + question] = 1;
              counted[example][pairs + question] = 1;
            }
          }
          return new DataSet(floats(inputs), floats(labels), null, floats(counted));
        });
  }

  /** A transformer of two blocks that names the next character of a short text it comes to know. */
  static Run text(Normalizer normalizer, IUpdater updater, int seed) {
    int examples = 5;
    int steps = 23;
    int size = 22;
    int[] alphabet = TEXT.chars().distinct().sorted().toArray();
    int symbols = alphabet.length;
    GraphBuilder builder =
        builder(updater, seed)
            .addLayer(
                "embedding",
                new org.deeplearning4j.nn.conf.layers.Convolution1DLayer.Builder(1)
                    .nOut(size)
                    .activation(Activation.IDENTITY)
                    .build(),
                "in")
            .addLayer(
                "positions",
                new LearnedPositionEmbedding.Builder().maxLength(steps).build(),
                "embedding");
    String last =
        TransformerBlocks.builder()
            .size(size)
            .heads(2)
            .feedForwardSize(29)
            .causal(true)
            .normalizer(normalizer)
            .build()
            .addTo(builder, "block", "positions", 2);
    ComputationGraph network = network(builder.addLayer("out", output(symbols), last), symbols);
    return new Run(
        name("text", normalizer, updater, seed),
        network,
        i -> {
          Random random = new Random(1_000_003L * seed + i);
          double[][][] inputs = new double[examples][symbols][steps];
          double[][][] labels = new double[examples][symbols][steps];
          for (int example = 0; example < examples; example++) {
            int start = random.nextInt(TEXT.length());
            for (int step = 0; step < steps; step++) {
              inputs[example][symbol(alphabet, start + step)][step] = 1;
              labels[example][symbol(alphabet, start + step + 1)][step] = 1;
            }
          }
          return new DataSet(floats(inputs), floats(labels));
        });
  }

  private static int symbol(int[] alphabet, int place) {
    return Arrays.binarySearch(alphabet, TEXT.charAt(place % TEXT.length()));
  }

  private static int[] shuffled(int count, Random random) {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      numbers.add(i);
    }
    Collections.shuffle(numbers, random);
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }

  private static INDArray floats(double[][][] values) {
    return Nd4j.createFromArray(values).castTo(DataType.FLOAT);
  }

  private static INDArray floats(double[][] values) {
    return Nd4j.createFromArray(values).castTo(DataType.FLOAT);
  }

  /**
   * Writes what the alarm rules see of the trainings, as in {@code healthy-runs.csv.gz}: a line for
   * each head on each scheduled iteration.
   *
   * @param file the file, compressed
   */
  static void record(List<Run> runs, int iterations, Path file) throws IOException {
    try (Writer lines =
        new OutputStreamWriter(new GZIPOutputStream(Files.newOutputStream(file)), UTF_8)) {
      lines.write("run,iteration,layer,head,score,metric=value;...\n");
      for (Run run : runs) {
        List<LayerReport> reports = new ArrayList<>();
        run.network().setListeners(watching(reports).build());
        run.train(iterations);
        for (LayerReport report : reports) {
          for (MetricRecord head : report.records()) {
            String metrics =
                head.metrics().entrySet().stream()
                    .filter(metric -> JUDGED.matcher(metric.getKey()).matches())
                    .map(metric -> metric.getKey() + "=" + digits(metric.getValue()))
                    .collect(Collectors.joining(";"));
            lines.write(
                "%s,%d,%s,%d,%s,%s\n"
                    .formatted(
                        run,
                        head.iteration(),
                        head.layer(),
                        head.head(),
                        digits(report.score()),
                        metrics));
          }
        }
      }
    }
  }

  private static String digits(double value) {
    return String.format(Locale.ROOT, "%.3g", value);
  }

  /** Every fifth iteration, all metrics, handed on as they are. */
  static MonitorBuilder watching(List<LayerReport> reports) {
    return AttentionMonitor.builder()
        .every(5)
        .tier(Tier.FULL)
        .reportTo(
            new Reporter() {
              @Override
              public void report(List<MetricRecord> records) {}

              @Override
              public void reportLayer(LayerReport layer) {
                reports.add(layer);
              }
            });
  }

  /**
   * Records the runs that are stored.
   *
   * @param arguments the file to write
   * @throws IOException if it cannot be written
   */
  public static void main(String[] arguments) throws IOException {
    record(
        all().stream().filter(run -> STORED.contains(run.name())).toList(),
        1600,
        Path.of(arguments[0]));
  }
}
