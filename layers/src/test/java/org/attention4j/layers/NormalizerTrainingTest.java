package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/**
 * Noisy recall: items are keys of random signs with noise, and a value; the query is the key of one
 * of them, and the answer is its value. What the normalizers of released models learn of it, beside
 * softmax.
 */
class NormalizerTrainingTest {
  private static final int SIGNS = 11;
  private static final int ANSWERS = 5;
  private static final int FEATURES = SIGNS + ANSWERS;
  private static final int SIZE = 17;
  private static final int ITEMS = 13;
  private static final int BATCH = 31;
  private static final int STEPS = 260;
  private static final double NOISE = 0.3;

  /** How many times as many items are in a long question. */
  private static final int LONG = 16;

  private static final long[] SEEDS = {43, 59, 61};

  /** Trained once for all tests. */
  private static final Map<Long, ComputationGraph> SOFTMAX = new HashMap<>();

  private static ComputationGraph softmax(long seed) {
    return SOFTMAX.computeIfAbsent(seed, s -> trained(Normalizers.softmax(), s));
  }

  static Stream<Arguments> normalizersAndSeeds() {
    return Stream.of(
            Normalizers.softCap(30),
            Normalizers.llama4Scale(0.5, 5),
            Normalizers.topPower(1, 0.75),
            Normalizers.topP(0.9))
        .flatMap(n -> Arrays.stream(SEEDS).mapToObj(seed -> Arguments.of(n, seed)));
  }

  static LongStream seeds() {
    return Arrays.stream(SEEDS);
  }

  /**
   * At least nearly as well as softmax does, and far better than guessing, at 1 in 5; at sixteen
   * times the length, too, where all of them weaken.
   */
  @ParameterizedTest
  @MethodSource("normalizersAndSeeds")
  void learnsAsSoftmaxDoes(Normalizer normalizer, long seed) {
    ComputationGraph network = trained(normalizer, seed);
    assertThat(accuracy(network, ITEMS))
        .isGreaterThan(0.85)
        .isGreaterThan(accuracy(softmax(seed), ITEMS) - 0.05);
    assertThat(accuracy(network, LONG * ITEMS))
        .as("%d items", LONG * ITEMS)
        .isGreaterThan(accuracy(softmax(seed), LONG * ITEMS) - 0.05);
  }

  /** At sixteen times the length the scale keeps the weights from fading. */
  @ParameterizedTest
  @MethodSource("seeds")
  void theScaleOfLlama4HelpsAtGreaterLength(long seed) {
    double scaled = accuracy(trained(Normalizers.llama4Scale(0.5, ITEMS), seed), LONG * ITEMS);
    assertThat(scaled).isGreaterThan(accuracy(softmax(seed), LONG * ITEMS));
  }

  private static ComputationGraph trained(Normalizer normalizer, long seed) {
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .updater(new Adam(0.01))
                .graphBuilder()
                .addInputs("query", "items")
                .setInputTypes(InputType.recurrent(FEATURES, 1), InputType.recurrent(FEATURES))
                .addVertex(
                    "attention",
                    new AttentionVertex.Builder()
                        .nInQueries(FEATURES)
                        .nInKeys(FEATURES)
                        .nInValues(FEATURES)
                        .nOut(SIZE)
                        .projectInput(true)
                        .normalizer(normalizer)
                        .build(),
                    "query",
                    "items")
                .addLayer("answer", TestNetworks.classifier(ANSWERS), "attention")
                .setOutputs("answer")
                .build());
    network.init();
    Random random = new Random(seed + 4);
    for (int step = 0; step < STEPS; step++) {
      network.fit(questions(ITEMS, BATCH, random));
    }
    return network;
  }

  private static double accuracy(ComputationGraph network, int items) {
    int count = 401;
    MultiDataSet exam = questions(items, count, new Random(53));
    INDArray answers = network.outputSingle(exam.getFeatures());
    INDArray right = exam.getLabels(0);
    int correct = 0;
    for (int example = 0; example < count; example++) {
      int best = 0;
      for (int answer = 1; answer < ANSWERS; answer++) {
        if (answers.getDouble(example, answer, 0) > answers.getDouble(example, best, 0)) {
          best = answer;
        }
      }
      correct += right.getDouble(example, best, 0) == 1 ? 1 : 0;
    }
    return (double) correct / count;
  }

  private static MultiDataSet questions(int items, int count, Random random) {
    float[] queries = new float[count * FEATURES];
    float[] all = new float[count * FEATURES * items];
    float[] labels = new float[count * ANSWERS];
    for (int example = 0; example < count; example++) {
      int wanted = random.nextInt(items);
      for (int item = 0; item < items; item++) {
        int first = example * FEATURES * items + item;
        for (int f = 0; f < SIGNS; f++) {
          float sign = random.nextBoolean() ? 1 : -1;
          all[first + f * items] = sign + (float) (NOISE * random.nextGaussian());
          if (item == wanted) {
            queries[example * FEATURES + f] = sign;
          }
        }
        int value = random.nextInt(ANSWERS);
        all[first + (SIGNS + value) * items] = 1;
        if (item == wanted) {
          labels[example * ANSWERS + value] = 1;
        }
      }
    }
    return new MultiDataSet(
        new INDArray[] {
          Nd4j.create(queries, new long[] {count, FEATURES, 1}, 'c'),
          Nd4j.create(all, new long[] {count, FEATURES, items}, 'c')
        },
        new INDArray[] {Nd4j.create(labels, new long[] {count, ANSWERS, 1}, 'c')});
  }
}
