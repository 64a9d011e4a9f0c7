package org.attention4j.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** BERT and DistilBERT against loops over doubles, with and without padding. */
final class BertTest {
  private static final int VOCABULARY = 97;
  private static final int LENGTH = 23;
  private static final int TYPES = 3;
  private static final int BLOCKS = 2;
  private static final int HEADS = 5;
  private static final int HEAD_SIZE = 7;
  private static final int SIZE = HEADS * HEAD_SIZE;
  private static final int HIDDEN = 61;

  /** Visible steps of each example: padding after the sequence. */
  private static final int[] VISIBLE = {11, 5, 8};

  private static final double BERT_EPSILON = 1e-3;
  private static final double DISTILBERT_EPSILON = 1e-12;

  @TempDir Path folder;

  private static final String BERT =
      """
      {"model_type": "bert", "vocab_size": 97, "hidden_size": 35, "num_hidden_layers": 2,
       "num_attention_heads": 5, "intermediate_size": 61, "max_position_embeddings": 23,
       "type_vocab_size": 3, "layer_norm_eps": 1e-3, "hidden_act": "gelu", "pad_token_id": 0,
       "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}\
      """;

  private static final String DISTILBERT =
      """
      {"model_type": "distilbert", "vocab_size": 97, "dim": 35, "n_layers": 2, "n_heads": 5,
       "hidden_dim": 61, "max_position_embeddings": 23, "activation": "gelu",
       "sinusoidal_pos_embds": false, "dropout": 0.1, "attention_dropout": 0.1}\
      """;

  /** What tensors are called. */
  private record Names(
      String prefix,
      String blocks,
      String[] projections,
      String output,
      String norm,
      String first,
      String second,
      String outputNorm,
      String gain,
      String bias,
      double epsilon) {}

  private static Names bert(String prefix, String gain, String bias) {
    return new Names(
        prefix,
        prefix + "encoder.layer.",
        new String[] {"attention.self.query", "attention.self.key", "attention.self.value"},
        "attention.output.dense",
        "attention.output.LayerNorm",
        "intermediate.dense",
        "output.dense",
        "output.LayerNorm",
        gain,
        bias,
        BERT_EPSILON);
  }

  private static Names distilbert() {
    return new Names(
        "distilbert.",
        "distilbert.transformer.layer.",
        new String[] {"attention.q_lin", "attention.k_lin", "attention.v_lin"},
        "attention.out_lin",
        "sa_layer_norm",
        "ffn.lin1",
        "ffn.lin2",
        "output_layer_norm",
        ".weight",
        ".bias",
        DISTILBERT_EPSILON);
  }

  private static ModelFiles files(Names names, boolean types) {
    ModelFiles files = new ModelFiles(13);
    String embeddings = names.prefix() + "embeddings.";
    files.add(embeddings + "word_embeddings.weight", VOCABULARY, SIZE);
    files.add(embeddings + "position_embeddings.weight", LENGTH, SIZE);
    if (types) {
      files.add(embeddings + "token_type_embeddings.weight", TYPES, SIZE);
      files.add(names.prefix() + "pooler.dense.weight", SIZE, SIZE);
      files.add(names.prefix() + "pooler.dense.bias", SIZE);
    }
    norm(files, names, embeddings + "LayerNorm");
    for (int i = 0; i < BLOCKS; i++) {
      String block = names.blocks() + i + ".";
      for (String projection : names.projections()) {
        linear(files, block + projection, SIZE, SIZE);
      }
      linear(files, block + names.output(), SIZE, SIZE);
      linear(files, block + names.first(), HIDDEN, SIZE);
      linear(files, block + names.second(), SIZE, HIDDEN);
      norm(files, names, block + names.norm());
      norm(files, names, block + names.outputNorm());
    }
    return files;
  }

  private static void linear(ModelFiles files, String name, long out, long in) {
    files.add(name + ".weight", out, in).add(name + ".bias", out);
  }

  private static void norm(ModelFiles files, Names names, String name) {
    files.addGain(name + names.gain(), SIZE).add(name + names.bias(), SIZE);
  }

  /** The features of each step, [T][size]. */
  private static double[][] hidden(
      ModelFiles files, Names names, int[] tokens, int[] types, int visible) {
    String embeddings = names.prefix() + "embeddings.";
    double[][] x = new double[tokens.length][];
    for (int t = 0; t < x.length; t++) {
      double[] sum =
          PlainMath.add(
              PlainMath.row(files.get(embeddings + "word_embeddings.weight"), tokens[t], SIZE),
              PlainMath.row(files.get(embeddings + "position_embeddings.weight"), t, SIZE));
      if (types.length > 0) {
        float[] table = files.get(embeddings + "token_type_embeddings.weight");
        sum = PlainMath.add(sum, PlainMath.row(table, types[t], SIZE));
      }
      x[t] = norm(files, names, embeddings + "LayerNorm", sum);
    }
    for (int i = 0; i < BLOCKS; i++) {
      String block = names.blocks() + i + ".";
      double[][][] projected = new double[3][x.length][];
      for (int role = 0; role < 3; role++) {
        for (int t = 0; t < x.length; t++) {
          projected[role][t] = linear(files, block + names.projections()[role], x[t]);
        }
      }
      double[][] attended =
          PlainMath.attention(
              projected[0],
              projected[1],
              projected[2],
              HEADS,
              HEADS,
              1 / Math.sqrt(HEAD_SIZE),
              (query, key) -> key < visible);
      for (int t = 0; t < x.length; t++) {
        x[t] =
            norm(
                files,
                names,
                block + names.norm(),
                PlainMath.add(x[t], linear(files, block + names.output(), attended[t])));
        double[] inner =
            Arrays.stream(linear(files, block + names.first(), x[t]))
                .map(PlainMath::geluExact)
                .toArray();
        x[t] =
            norm(
                files,
                names,
                block + names.outputNorm(),
                PlainMath.add(x[t], linear(files, block + names.second(), inner)));
      }
    }
    return x;
  }

  private static double[] linear(ModelFiles files, String name, double[] x) {
    return PlainMath.linear(files.get(name + ".weight"), files.get(name + ".bias"), x);
  }

  private static double[] norm(ModelFiles files, Names names, String name, double[] x) {
    return PlainMath.layerNorm(
        x, files.get(name + names.gain()), files.get(name + names.bias()), names.epsilon());
  }

  private static int[][] types() {
    int[][] types = new int[Logits.EXAMPLES][Logits.STEPS];
    for (int b = 0; b < types.length; b++) {
      for (int t = 0; t < types[b].length; t++) {
        types[b][t] = (b + t / 3) % TYPES;
      }
    }
    return types;
  }

  /** Ids and types, [b, 2, T]. */
  private static INDArray pairs(int[][] tokens, int[][] types) {
    INDArray pairs = Nd4j.create(DataType.INT32, tokens.length, 2, tokens[0].length);
    for (int b = 0; b < tokens.length; b++) {
      for (int t = 0; t < tokens[b].length; t++) {
        pairs.putScalar(new int[] {b, 0, t}, tokens[b][t]);
        pairs.putScalar(new int[] {b, 1, t}, types[b][t]);
      }
    }
    return pairs;
  }

  private static INDArray mask() {
    INDArray mask = Nd4j.zeros(DataType.FLOAT, Logits.EXAMPLES, Logits.STEPS);
    for (int b = 0; b < VISIBLE.length; b++) {
      for (int t = 0; t < VISIBLE[b]; t++) {
        mask.putScalar(b, t, 1);
      }
    }
    return mask;
  }

  private static void assertSame(
      MultiLayerNetwork network, ModelFiles files, Names names, boolean typed, boolean padded) {
    int[][] tokens = Logits.tokens(VOCABULARY);
    int[][] types = types();
    INDArray input = typed ? pairs(tokens, types) : Logits.array(tokens);
    MultiLayerNetwork exact = network.convertDataType(DataType.DOUBLE);
    INDArray mask = padded ? mask() : null;
    INDArray actual = network.output(input, false, mask, null);
    INDArray actualExact = exact.output(input, false, mask, null);
    assertThat(actual.shape()).containsExactly(Logits.EXAMPLES, SIZE, Logits.STEPS);
    for (int b = 0; b < Logits.EXAMPLES; b++) {
      int visible = padded ? VISIBLE[b] : Logits.STEPS;
      double[][] expected = hidden(files, names, tokens[b], typed ? types[b] : new int[0], visible);
      for (int t = 0; t < visible; t++) {
        for (int i = 0; i < SIZE; i++) {
          assertThat(actual.getDouble(b, i, t)).isCloseTo(expected[t][i], within(1e-5));
          assertThat(actualExact.getDouble(b, i, t)).isCloseTo(expected[t][i], within(1e-11));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "bert., .weight, .bias, true",
    "bert., .gamma, .beta, false",
    "'', .weight, .bias, false"
  })
  void bertIsTheModelOfThePaper(String prefix, String gain, String bias, boolean padded)
      throws IOException {
    Names names = bert(prefix, gain, bias);
    ModelFiles files = files(names, true);
    Pretrained model = Pretrained.load(files.write(folder, BERT));
    assertSame(model.network(), files, names, true, padded);
    assertThat(model.description())
        .isEqualTo(
            new ModelDescription(
                "bert",
                VOCABULARY,
                SIZE,
                BLOCKS,
                HEADS,
                HEADS,
                HEAD_SIZE,
                HIDDEN,
                LENGTH,
                TYPES,
                false));
    assertThat(model.unusedTensors())
        .containsExactly(prefix + "pooler.dense.bias", prefix + "pooler.dense.weight");
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void distilbertIsTheModelOfThePaper(boolean padded) throws IOException {
    ModelFiles files = files(distilbert(), false);
    Pretrained model = Pretrained.load(files.write(folder, DISTILBERT));
    assertSame(model.network(), files, distilbert(), false, padded);
    assertThat(model.description().tokenTypes()).isZero();
    assertThat(model.unusedTensors()).isEmpty();
  }

  /** What stands at a padded step changes nothing. */
  @Test
  void paddingMayBeAnyToken() throws IOException {
    MultiLayerNetwork network =
        Pretrained.load(files(distilbert(), false).write(folder, DISTILBERT)).network();
    int[][] tokens = Logits.tokens(VOCABULARY);
    INDArray expected = network.output(Logits.array(tokens), false, mask(), null).dup();
    tokens[1][7] = VOCABULARY + 5;
    INDArray actual = network.output(Logits.array(tokens), false, mask(), null);
    for (int t = 0; t < VISIBLE[1]; t++) {
      for (int i = 0; i < SIZE; i++) {
        assertThat(actual.getDouble(1, i, t)).isEqualTo(expected.getDouble(1, i, t));
      }
    }
  }

  /** tanh(W x + b) of the first step. */
  @Test
  void thePoolerIsAddedOnRequest() throws IOException {
    Names names = bert("bert.", ".weight", ".bias");
    ModelFiles files = files(names, true);
    Pretrained model = Pretrained.from(files.write(folder, BERT)).pooler(true).load();
    assertThat(model.unusedTensors()).isEmpty();
    int[][] tokens = Logits.tokens(VOCABULARY);
    int[][] types = types();
    INDArray pooled = model.network().output(pairs(tokens, types), false, mask(), null);
    assertThat(pooled.shape()).containsExactly(Logits.EXAMPLES, SIZE);
    for (int b = 0; b < Logits.EXAMPLES; b++) {
      double[] first = hidden(files, names, tokens[b], types[b], VISIBLE[b])[0];
      double[] expected = linear(files, "bert.pooler.dense", first);
      for (int i = 0; i < SIZE; i++) {
        assertThat(pooled.getDouble(b, i)).isCloseTo(Math.tanh(expected[i]), within(1e-5));
      }
    }
  }

  /** The vector of a sentence as MiniLM's users have it: the mean over the visible steps. */
  @Test
  void sentenceVectorsAreMeans() throws IOException {
    Names names = bert("", ".weight", ".bias");
    ModelFiles files = files(names, true);
    MultiLayerNetwork steps = Pretrained.load(files.write(folder, BERT)).network();
    MultiLayerNetwork sentences =
        new TransferLearning.Builder(steps)
            .fineTuneConfiguration(new FineTuneConfiguration.Builder().build())
            .addLayer(new GlobalPoolingLayer.Builder(PoolingType.AVG).build())
            .build();
    int[][] tokens = Logits.tokens(VOCABULARY);
    int[][] types = new int[Logits.EXAMPLES][Logits.STEPS];
    INDArray means = sentences.output(Logits.array(tokens), false, mask(), null);
    for (int b = 0; b < Logits.EXAMPLES; b++) {
      double[][] hidden = hidden(files, names, tokens[b], types[b], VISIBLE[b]);
      for (int i = 0; i < SIZE; i++) {
        double mean = 0;
        for (int t = 0; t < VISIBLE[b]; t++) {
          mean += hidden[t][i] / VISIBLE[b];
        }
        assertThat(means.getDouble(b, i)).isCloseTo(mean, within(1e-5));
      }
    }
  }

  /** A classifier of sequences: the pooler and a new output layer. */
  @Test
  void isFineTunedToClassify() throws IOException {
    MultiLayerNetwork pooled =
        Pretrained.from(files(bert("bert.", ".weight", ".bias"), true).write(folder, BERT))
            .pooler(true)
            .load()
            .network();
    MultiLayerNetwork classifier =
        new TransferLearning.Builder(pooled)
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder().updater(new Adam(0.003)).seed(67).build())
            .addLayer(
                new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                    .nIn(SIZE)
                    .nOut(2)
                    .activation(Activation.SOFTMAX)
                    .build())
            .build();
    INDArray input = pairs(Logits.tokens(VOCABULARY), types());
    INDArray labels = Nd4j.createFromArray(new float[][] {{1, 0}, {0, 1}, {1, 0}});
    DataSet data = new DataSet(input, labels, mask(), null);
    for (int i = 0; i < 20; i++) {
      classifier.fit(data);
    }
    assertThat(classifier.score(data)).isLessThan(0.3);
  }

  @Test
  void whatIsNotSupportedIsNamed() throws IOException {
    files(bert("bert.", ".weight", ".bias"), true)
        .remove("bert.pooler.dense.bias")
        .write(folder, BERT);
    assertThatThrownBy(() -> Pretrained.from(folder).pooler(true).load())
        .isInstanceOf(ModelFileException.class)
        .hasMessage(folder + ": the tensor 'bert.pooler.dense.bias' of shape [35] is missing.");
    String config = folder.resolve("config.json").toString();
    ModelFiles files = files(bert("bert.", ".weight", ".bias"), true);
    files.write(
        folder,
        BERT.replace("\"pad_token_id\": 0", "\"position_embedding_type\": \"relative_key\""));
    assertThatThrownBy(() -> Pretrained.load(folder))
        .hasMessage(
            config
                + ": position_embedding_type is 'relative_key' but must be 'absolute' or left"
                + " out.");
    files.write(folder, BERT.replace("\"pad_token_id\": 0", "\"is_decoder\": true"));
    assertThatThrownBy(() -> Pretrained.load(folder))
        .hasMessage(config + ": is_decoder is 'true' but must be false.");
    files(distilbert(), false).write(folder, DISTILBERT);
    assertThatThrownBy(() -> Pretrained.from(folder).pooler(true).load())
        .isInstanceOf(ModelFileException.class)
        .hasMessage(folder + ": pooler is true but must be false, as a distilbert has none.");
  }
}
