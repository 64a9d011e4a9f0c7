package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.attention4j.internal.threads.Workers;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;

/** The token embedding against loops and against Deeplearning4j's EmbeddingSequenceLayer. */
class TokenEmbeddingTest {
  private static final int VOCABULARY = 97;
  private static final int OUT = 7;
  private static final int CLASSES = 13;
  private static final int TYPES = 3;

  @TempDir Path directory;

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(53);
  }

  private static TokenEmbedding embedding() {
    return new TokenEmbedding.Builder().nIn(VOCABULARY).nOut(OUT).build();
  }

  private static EmbeddingSequenceLayer stock() {
    return new EmbeddingSequenceLayer.Builder().nIn(VOCABULARY).nOut(OUT).build();
  }

  private static MultiLayerNetwork network(DataType type, Layer embedding) {
    return Heads.network(
        type,
        new Adam(0.01),
        embedding,
        new LanguageModelHead.Builder().nIn(OUT).nOut(CLASSES).build());
  }

  /** The gradient by W of a network that is the embedding alone, for a given gradient behind it. */
  private static INDArray gradient(MultiLayerNetwork network, INDArray ids, INDArray arriving) {
    network.setInput(ids);
    network.feedForward(true, false);
    Pair<Gradient, INDArray> gradients = network.backpropGradient(arriving, null);
    return gradients.getFirst().getGradientFor("0_W");
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT, true",
    "FLOAT, false",
    "DOUBLE, true",
    "DOUBLE, false",
    "HALF, true",
    "HALF, false"
  })
  void followsItsFormula(DataType type, boolean masked) {
    MultiLayerNetwork network = Heads.network(type, embedding());
    INDArray w = network.getParam("0_W");
    INDArray ids = Heads.ids(VOCABULARY);
    INDArray arriving = Nd4j.randn(DataType.DOUBLE, Heads.EXAMPLES, OUT, Heads.STEPS).castTo(type);
    INDArray mask = masked ? Heads.mask(type) : null;
    if (masked) {
      network.setLayerMaskArrays(mask, null);
    }
    network.setInput(ids);
    INDArray output = network.feedForward(true, false).get(1);
    double[][] expected = new double[VOCABULARY][OUT];
    for (int b = 0; b < Heads.EXAMPLES; b++) {
      for (int t = 0; t < Heads.STEPS; t++) {
        for (int f = 0; f < OUT; f++) {
          int id = ids.getInt(b, t);
          boolean visible = mask == null || mask.getDouble(b, t) != 0;
          assertThat(output.getDouble(b, f, t)).isEqualTo(visible ? w.getDouble(id, f) : 0);
          expected[id][f] += visible ? arriving.getDouble(b, f, t) : 0;
        }
      }
    }
    double tolerance =
        switch (type) {
          case DOUBLE -> 1e-14;
          case FLOAT -> 1e-6;
          default -> 1e-2;
        };
    for (int round = 0; round < 2; round++) {
      INDArray gradient = network.backpropGradient(arriving, null).getFirst().getGradientFor("0_W");
      for (int v = 0; v < VOCABULARY; v++) {
        for (int f = 0; f < OUT; f++) {
          assertThat(gradient.getDouble(v, f)).isCloseTo(expected[v][f], within(tolerance));
        }
      }
      gradient.assign(3); // as an updater leaves its update there
    }
  }

  /** Ids and types of each step, [b, 2, T]. */
  private static INDArray withTypes(INDArray ids, INDArray types) {
    INDArray both = Nd4j.create(DataType.INT32, Heads.EXAMPLES, 2, Heads.STEPS);
    both.get(NDArrayIndex.all(), NDArrayIndex.point(0), NDArrayIndex.all()).assign(ids);
    both.get(NDArrayIndex.all(), NDArrayIndex.point(1), NDArrayIndex.all()).assign(types);
    return both;
  }

  private static TokenEmbedding typed() {
    return new TokenEmbedding.Builder().nIn(VOCABULARY).nOut(OUT).tokenTypes(TYPES).build();
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT, true",
    "FLOAT, false",
    "DOUBLE, true",
    "DOUBLE, false",
    "HALF, true",
    "HALF, false"
  })
  void addsTheVectorOfTheType(DataType type, boolean masked) {
    MultiLayerNetwork network = Heads.network(type, typed());
    INDArray w = network.getParam("0_W");
    INDArray wt = network.getParam("0_Wt");
    assertThat(wt.shape()).containsExactly(TYPES, OUT);
    INDArray ids = Heads.ids(VOCABULARY);
    INDArray types = Heads.ids(TYPES);
    INDArray arriving = Nd4j.randn(DataType.DOUBLE, Heads.EXAMPLES, OUT, Heads.STEPS).castTo(type);
    INDArray mask = masked ? Heads.mask(type) : null;
    if (masked) {
      network.setLayerMaskArrays(mask, null);
    }
    network.setInput(withTypes(ids, types));
    INDArray output = network.feedForward(true, false).get(1);
    double[][] expected = new double[TYPES][OUT];
    double[][] expectedTokens = new double[VOCABULARY][OUT];
    double tolerance =
        switch (type) {
          case DOUBLE -> 1e-14;
          case FLOAT -> 1e-6;
          default -> 2e-2;
        };
    for (int b = 0; b < Heads.EXAMPLES; b++) {
      for (int t = 0; t < Heads.STEPS; t++) {
        for (int f = 0; f < OUT; f++) {
          boolean visible = mask == null || mask.getDouble(b, t) != 0;
          double sum = w.getDouble(ids.getInt(b, t), f) + wt.getDouble(types.getInt(b, t), f);
          assertThat(output.getDouble(b, f, t)).isCloseTo(visible ? sum : 0, within(tolerance));
          double gradient = visible ? arriving.getDouble(b, f, t) : 0;
          expected[types.getInt(b, t)][f] += gradient;
          expectedTokens[ids.getInt(b, t)][f] += gradient;
        }
      }
    }
    for (int round = 0; round < 2; round++) {
      Gradient gradients = network.backpropGradient(arriving, null).getFirst();
      INDArray gradient = gradients.getGradientFor("0_Wt");
      INDArray ofTokens = gradients.getGradientFor("0_W");
      for (int f = 0; f < OUT; f++) {
        for (int v = 0; v < TYPES; v++) {
          assertThat(gradient.getDouble(v, f)).isCloseTo(expected[v][f], within(tolerance));
        }
        for (int v = 0; v < VOCABULARY; v++) {
          assertThat(ofTokens.getDouble(v, f)).isCloseTo(expectedTokens[v][f], within(tolerance));
        }
      }
      gradient.assign(3);
      ofTokens.assign(5);
    }
  }

  @Test
  void idsAloneAreOfTypeZero() {
    MultiLayerNetwork network = Heads.network(DataType.FLOAT, typed());
    INDArray ids = Heads.ids(VOCABULARY);
    INDArray expected =
        network.output(withTypes(ids, Nd4j.zeros(DataType.INT32, ids.shape()))).dup();
    assertThat(network.output(ids)).isEqualTo(expected);
    assertThat(network.output(ids.reshape(Heads.EXAMPLES, 1, Heads.STEPS))).isEqualTo(expected);
  }

  /** A network with types is trained, saved, read and goes on; the head shares W, not Wt. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void typesAreTrainedAndSaved(boolean tied) throws IOException {
    TokenEmbedding embedding = typed();
    embedding.setLayerName("tokens");
    LanguageModelHead.Builder head = new LanguageModelHead.Builder().nIn(OUT).nOut(VOCABULARY);
    MultiLayerNetwork network =
        Heads.network(
            DataType.DOUBLE,
            new Adam(0.01),
            embedding,
            tied ? head.tiedTo("tokens").build() : head.build());
    INDArray input = withTypes(Heads.ids(VOCABULARY), Heads.ids(TYPES));
    INDArray labels = Heads.ids(VOCABULARY);
    assertThat(FiniteDifferences.largestError(network, input, labels, null)).isLessThan(1e-5);
    INDArray before = network.getParam("0_Wt").dup();
    network.fit(new DataSet(input, labels));
    assertThat(network.getParam("0_Wt").sub(before).amaxNumber().doubleValue()).isGreaterThan(1e-3);
    File file = directory.resolve("typed.zip").toFile();
    network.save(file);
    MultiLayerNetwork loaded = MultiLayerNetwork.load(file, true);
    assertThat(loaded.output(input)).isEqualTo(network.output(input));
    assertThat(network.clone().output(input)).isEqualTo(network.output(input));
    assertThat(network.getLayerWiseConfigurations().getConf(0).getLayer())
        .hasToString("TokenEmbedding(name=tokens, nIn=97, nOut=7, tokenTypes=3)");
    assertThat(embedding.getMemoryReport(InputType.recurrent(1, 11)).getParameterSize())
        .isEqualTo((VOCABULARY + TYPES) * OUT);
  }

  @Test
  void badTypesAreNamed() {
    TokenEmbedding layer = typed();
    layer.setLayerName("tokens");
    MultiLayerNetwork network = Heads.network(DataType.FLOAT, layer);
    INDArray types = Heads.ids(TYPES);
    types.putScalar(2, 5, 3);
    assertThatThrownBy(() -> network.output(withTypes(Heads.ids(VOCABULARY), types)))
        .hasMessage(
            "TokenEmbedding 'tokens': the token type of example 2 at step 5 is 3 but must be a"
                + " whole number from 0 to 2.");
    assertThatThrownBy(() -> network.output(Nd4j.zeros(2, 3, 5)))
        .hasMessage(
            "TokenEmbedding 'tokens': the shape of the token ids is [2, 3, 5] but must be"
                + " [examples, steps], [examples, 1, steps] or, with types, [examples, 2, steps].");
    assertThatThrownBy(() -> new TokenEmbedding.Builder().nIn(3).nOut(2).tokenTypes(-1).build())
        .hasMessage("TokenEmbedding: tokenTypes is -1 but must be at least 0 (0 is none).");
    assertThat(typed()).isEqualTo(typed()).hasSameHashCodeAs(typed()).isNotEqualTo(embedding());
  }

  @ParameterizedTest
  @CsvSource({"FLOAT, true", "FLOAT, false", "DOUBLE, true", "DOUBLE, false"})
  void trainsAsTheStockLayerDoes(DataType type, boolean masked) {
    MultiLayerNetwork stock = network(type, stock());
    MultiLayerNetwork ours = network(type, embedding());
    assertThat(ours.params()).as("weightInit and order").isEqualTo(stock.params());
    INDArray ids = Heads.ids(VOCABULARY).castTo(type);
    INDArray mask = masked ? Heads.mask(type) : null;
    DataSet data = new DataSet(ids, Heads.ids(CLASSES), mask, mask);
    for (int iteration = 0; iteration < 4; iteration++) {
      stock.fit(data);
      ours.fit(data);
      assertThat(ours.score()).isCloseTo(stock.score(), within(1e-5 * stock.score()));
    }
    double distance = ours.params().sub(stock.params()).amaxNumber().doubleValue();
    assertThat(distance).isLessThan(type == DataType.FLOAT ? 1e-4 : 1e-10);
  }

  /** Adam moves every row once it has a momentum; the gradient of the next batch knows nothing. */
  @ParameterizedTest
  @ValueSource(strings = {"FLOAT", "DOUBLE"})
  void theGradientIsZeroWhereNoTokenIs(DataType type) {
    MultiLayerNetwork network = network(type, embedding());
    INDArray labels = Heads.ids(CLASSES);
    network.fit(new DataSet(Heads.ids(VOCABULARY), labels));
    INDArray one = Nd4j.valueArrayOf(new long[] {Heads.EXAMPLES, Heads.STEPS}, 11, DataType.INT32);
    INDArray gradient =
        network.calculateGradients(one, labels, null, null).getFirst().getGradientFor("0_W");
    for (int v = 0; v < VOCABULARY; v++) {
      double largest = gradient.getRow(v).amaxNumber().doubleValue();
      assertThat(largest != 0).as("row %d", v).isEqualTo(v == 11);
    }
  }

  @Test
  void idsMayHaveAnyTypeAndLayout() {
    MultiLayerNetwork network = Heads.network(DataType.FLOAT, embedding());
    INDArray ids = Heads.ids(VOCABULARY);
    INDArray expected = network.output(ids).dup();
    for (DataType type :
        new DataType[] {
          DataType.INT8, DataType.INT16, DataType.INT64, DataType.FLOAT, DataType.DOUBLE
        }) {
      INDArray given = ids.castTo(type);
      assertThat(network.output(given)).isEqualTo(expected);
      assertThat(network.output(given.dup('f'))).isEqualTo(expected);
      assertThat(network.output(given.reshape(Heads.EXAMPLES, 1, Heads.STEPS))).isEqualTo(expected);
    }
  }

  @Test
  void badIdsAreNamed() {
    TokenEmbedding layer = embedding();
    layer.setLayerName("tokens");
    MultiLayerNetwork network = Heads.network(DataType.FLOAT, layer);
    INDArray mask = Nd4j.ones(Heads.EXAMPLES, Heads.STEPS);
    mask.putScalar(2, 5, 0);
    for (String bad : new String[] {"97", "-1", "0.5", "NaN", "-Infinity"}) {
      INDArray ids = Heads.ids(VOCABULARY).castTo(DataType.DOUBLE);
      ids.putScalar(2, 5, Double.parseDouble(bad));
      assertThatThrownBy(() -> network.output(ids))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "TokenEmbedding 'tokens': the token id of example 2 at step 5 is %s but must be a"
                  + " whole number from 0 to 96.",
              bad);
      INDArray masked = network.output(ids, false, mask, null);
      assertThat(masked.getDouble(2, 0, 5)).isZero();
    }
    assertThatThrownBy(() -> network.output(Nd4j.zeros(2, 3, 5)))
        .hasMessage(
            "TokenEmbedding 'tokens': the shape of the token ids is [2, 3, 5] but must be"
                + " [examples, steps] or [examples, 1, steps].");
    assertThatThrownBy(
            () -> network.output(Heads.ids(VOCABULARY), false, Nd4j.ones(Heads.EXAMPLES, 5), null))
        .hasMessage(
            "TokenEmbedding 'tokens': the mask's shape is [3, 5] but must be [3, 11], a number for"
                + " each step.");
  }

  @Test
  void isTheSameForAnyNumberOfThreads() {
    int steps = 1201;
    MultiLayerNetwork network =
        Heads.network(
            DataType.FLOAT, new TokenEmbedding.Builder().nIn(VOCABULARY).nOut(67).build());
    INDArray ids = Nd4j.create(DataType.INT32, 2, steps);
    Random random = new Random(3);
    for (int i = 0; i < ids.length(); i++) {
      ids.putScalar(i, random.nextInt(VOCABULARY));
    }
    INDArray arriving = Nd4j.randn(DataType.FLOAT, 2, 67, steps);
    INDArray output = null;
    INDArray gradient = null;
    String before = System.getProperty(Workers.PROPERTY);
    try {
      for (int threads = 1; threads <= 3; threads++) {
        System.setProperty(Workers.PROPERTY, Integer.toString(threads));
        INDArray nextOutput = network.output(ids).dup();
        INDArray nextGradient = gradient(network, ids, arriving).dup();
        output = output == null ? nextOutput : output;
        gradient = gradient == null ? nextGradient : gradient;
        assertThat(nextOutput.data().asFloat()).isEqualTo(output.data().asFloat());
        assertThat(nextGradient.data().asFloat()).isEqualTo(gradient.data().asFloat());
      }
    } finally {
      if (before == null) {
        System.clearProperty(Workers.PROPERTY);
      } else {
        System.setProperty(Workers.PROPERTY, before);
      }
    }
  }

  @Test
  void badOptionsAreNamed() {
    assertThatThrownBy(() -> new TokenEmbedding.Builder().nOut(3).build())
        .hasMessage("TokenEmbedding: nIn is 0 but must be the size of the vocabulary, at least 1.");
    assertThatThrownBy(() -> new TokenEmbedding.Builder().nIn(3).build())
        .hasMessage("TokenEmbedding: nOut is 0 but must be at least 1.");
    assertThatThrownBy(
            () -> new TokenEmbedding.Builder().nIn(3).nOut(2).activation(Activation.TANH).build())
        .hasMessage(
            "TokenEmbedding: activation is tanh but must be left out, as this layer has none.");
    assertThatThrownBy(() -> new TokenEmbedding.Builder().nIn(3).nOut(2).dropOut(0.5).build())
        .hasMessageStartingWith("TokenEmbedding: dropOut is Dropout(")
        .hasMessageEndingWith("a DropoutLayer behind this one drops features.");
    assertThatThrownBy(
            () ->
                new TokenEmbedding.Builder()
                    .nIn(3)
                    .nOut(2)
                    .weightNoise(new DropConnect(0.5))
                    .build())
        .hasMessageStartingWith("TokenEmbedding: weightNoise is ");
    assertThatThrownBy(() -> embedding().getOutputType(0, InputType.convolutional(3, 3, 1)))
        .hasMessageContaining("must be token ids");
  }

  @Test
  void saysItsSizes() {
    TokenEmbedding layer = embedding();
    layer.setLayerName("tokens");
    assertThat(layer).hasToString("TokenEmbedding(name=tokens, nIn=97, nOut=7)");
    assertThat(layer.getOutputType(0, InputType.recurrent(1, 11)))
        .isEqualTo(InputType.recurrent(OUT, 11));
    assertThat(layer.getOutputType(0, InputType.feedForward(11)))
        .isEqualTo(InputType.recurrent(OUT, 11));
    assertThat(embedding()).isEqualTo(embedding()).hasSameHashCodeAs(embedding());
    assertThat(embedding())
        .isNotEqualTo(new TokenEmbedding.Builder().nIn(VOCABULARY).nOut(5).build());
    Heads.network(DataType.FLOAT, layer);
    assertThat(layer.getMemoryReport(InputType.recurrent(1, 11)).getParameterSize())
        .isEqualTo(VOCABULARY * OUT);
  }
}
