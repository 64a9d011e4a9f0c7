package org.attention4j.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.attention4j.layers.AttentionSwap;
import org.attention4j.layers.TransformerBlock;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;

final class Gpt2Test {
  private static final int VOCABULARY = 97;
  private static final int LENGTH = 23;
  private static final int BLOCKS = 2;
  private static final int HEADS = 3;
  private static final int HEAD_SIZE = 5;
  private static final int SIZE = HEADS * HEAD_SIZE;
  private static final int HIDDEN = 61;
  private static final double EPSILON = 1e-3;

  @TempDir Path folder;

  static String config(String more) {
    return """
    {"model_type": "gpt2", "vocab_size": 97, "n_positions": 23, "n_embd": 15, "n_layer": 2,
     "n_head": 3, "n_inner": 61, "layer_norm_epsilon": 1e-3, "n_ctx": 23, "attn_pdrop": 0.0,
     "embd_pdrop": 0.0, "resid_pdrop": 0.0, "architectures": ["GPT2LMHeadModel"]%s}\
    """
        .formatted(more);
  }

  static ModelFiles files(String prefix) {
    return files(prefix, HIDDEN);
  }

  private static ModelFiles files(String prefix, int hidden) {
    ModelFiles files = new ModelFiles(7);
    files.add(prefix + "wte.weight", VOCABULARY, SIZE).add(prefix + "wpe.weight", LENGTH, SIZE);
    for (int i = 0; i < BLOCKS; i++) {
      String block = prefix + "h." + i + ".";
      files
          .addGain(block + "ln_1.weight", SIZE)
          .add(block + "ln_1.bias", SIZE)
          .add(block + "attn.bias", 1, 1, LENGTH, LENGTH) // a mask, not a parameter
          .add(block + "attn.c_attn.weight", SIZE, 3 * SIZE)
          .add(block + "attn.c_attn.bias", 3 * SIZE)
          .add(block + "attn.c_proj.weight", SIZE, SIZE)
          .add(block + "attn.c_proj.bias", SIZE)
          .addGain(block + "ln_2.weight", SIZE)
          .add(block + "ln_2.bias", SIZE)
          .add(block + "mlp.c_fc.weight", SIZE, hidden)
          .add(block + "mlp.c_fc.bias", hidden)
          .add(block + "mlp.c_proj.weight", hidden, SIZE)
          .add(block + "mlp.c_proj.bias", SIZE);
    }
    return files.addGain(prefix + "ln_f.weight", SIZE).add(prefix + "ln_f.bias", SIZE);
  }

  /** How scores are scaled. */
  private interface Scale {
    double of(int block);
  }

  private static final Scale USUAL = block -> 1 / Math.sqrt(HEAD_SIZE);

  private static double[][] logits(
      ModelFiles files, String prefix, Scale scale, String head, int[] tokens) {
    double[][] x = new double[tokens.length][];
    for (int t = 0; t < tokens.length; t++) {
      x[t] =
          PlainMath.add(
              PlainMath.row(files.get(prefix + "wte.weight"), tokens[t], SIZE),
              PlainMath.row(files.get(prefix + "wpe.weight"), t, SIZE));
    }
    for (int i = 0; i < BLOCKS; i++) {
      String block = prefix + "h." + i + ".";
      double[][] q = new double[x.length][];
      double[][] k = new double[x.length][];
      double[][] v = new double[x.length][];
      for (int t = 0; t < x.length; t++) {
        double[] joined =
            convolution(files, block + "attn.c_attn", norm(files, block + "ln_1", x[t]));
        q[t] = PlainMath.slice(joined, 0, SIZE);
        k[t] = PlainMath.slice(joined, SIZE, 2 * SIZE);
        v[t] = PlainMath.slice(joined, 2 * SIZE, 3 * SIZE);
      }
      double[][] attended =
          PlainMath.attention(q, k, v, HEADS, HEADS, scale.of(i), (query, key) -> key <= query);
      for (int t = 0; t < x.length; t++) {
        x[t] = PlainMath.add(x[t], convolution(files, block + "attn.c_proj", attended[t]));
        double[] hidden = convolution(files, block + "mlp.c_fc", norm(files, block + "ln_2", x[t]));
        double[] activated = Arrays.stream(hidden).map(PlainMath::geluTanh).toArray();
        x[t] = PlainMath.add(x[t], convolution(files, block + "mlp.c_proj", activated));
      }
    }
    double[][] logits = new double[x.length][];
    for (int t = 0; t < x.length; t++) {
      logits[t] =
          PlainMath.linear(files.get(head), new float[0], norm(files, prefix + "ln_f", x[t]));
    }
    return logits;
  }

  private static double[] convolution(ModelFiles files, String name, double[] x) {
    return PlainMath.convolution(files.get(name + ".weight"), files.get(name + ".bias"), x);
  }

  private static double[] norm(ModelFiles files, String name, double[] x) {
    return PlainMath.layerNorm(x, files.get(name + ".weight"), files.get(name + ".bias"), EPSILON);
  }

  @ParameterizedTest
  @CsvSource({"transformer.", "''"})
  void isTheModelOfThePaper(String prefix) throws IOException {
    ModelFiles files = files(prefix);
    Pretrained model = Pretrained.load(files.write(folder, config("")));
    Logits.assertSame(
        model.network(),
        files.get(prefix + "wte.weight"),
        VOCABULARY,
        tokens -> logits(files, prefix, USUAL, prefix + "wte.weight", tokens));
    assertThat(model.description())
        .isEqualTo(
            new ModelDescription(
                "gpt2",
                VOCABULARY,
                SIZE,
                BLOCKS,
                HEADS,
                HEADS,
                HEAD_SIZE,
                HIDDEN,
                LENGTH,
                0,
                true));
    assertThat(model.unusedTensors())
        .containsExactly(prefix + "h.0.attn.bias", prefix + "h.1.attn.bias");
    assertThat(model.tokenizerFiles()).isEmpty();
  }

  @Test
  void scoresMayBeScaledByTheBlockAndTheHeadUntied() throws IOException {
    ModelFiles files = files("transformer.").add("lm_head.weight", VOCABULARY, SIZE);
    String config =
        config(
            ", \"scale_attn_weights\": false, \"scale_attn_by_inverse_layer_idx\": true,"
                + " \"tie_word_embeddings\": false");
    Logits.assertSame(
        Pretrained.load(files.write(folder, config)).network(),
        files.get("lm_head.weight"),
        VOCABULARY,
        tokens ->
            logits(files, "transformer.", block -> 1.0 / (block + 1), "lm_head.weight", tokens));
  }

  @Test
  void hiddenFeaturesAreFourTimesTheSizeUnlessGiven() throws IOException {
    ModelFiles files = files("", 4 * SIZE);
    String config = config("").replace("\"n_inner\": 61", "\"n_inner\": null");
    Logits.assertSame(
        Pretrained.load(files.write(folder, config)).network(),
        files.get("wte.weight"),
        VOCABULARY,
        tokens -> logits(files, "", USUAL, "wte.weight", tokens));
  }

  @Test
  void everyFormatAndShardsGiveTheSameParameters() throws IOException {
    ModelFiles files = files("");
    INDArray expected =
        Pretrained.load(files.write(folder.resolve("f32"), config(""))).network().params();
    for (ModelFiles.Format format :
        new ModelFiles.Format[] {StoredTensor::f16, StoredTensor::bf16}) {
      Path other = files.write(folder.resolve("other"), config(""), format);
      assertThat(Pretrained.load(other).network().params()).isEqualTo(expected);
    }
    Path shards = files.writeShards(folder.resolve("shards"), config(""));
    assertThat(Pretrained.load(shards).network().params()).isEqualTo(expected);
  }

  @Test
  void anySourceOfTensorsWillDo() throws IOException {
    ModelFiles files = files("");
    files.write(folder, config(""));
    try (SafeTensors tensors = SafeTensors.open(folder.resolve(FolderTensors.WHOLE))) {
      assertThat(Pretrained.from(config(""), tensors).load().network().params())
          .isEqualTo(Pretrained.load(folder).network().params());
    }
  }

  /** The loaded network is like any other: it learns, is saved and read, cloned and watched. */
  @Test
  void isTrainedFurther() throws IOException {
    MultiLayerNetwork network =
        Pretrained.from(files("").write(folder, config("")))
            .updater(new Sgd(0.02))
            .load()
            .network();
    INDArray tokens = Logits.array(Logits.tokens(VOCABULARY));
    DataSet data = new DataSet(tokens, tokens);
    double before = network.score(data);
    Set<String> watched = new TreeSet<>();
    try (AttentionMonitor monitor =
        AttentionMonitor.builder()
            .every(1)
            .reportTo(records -> records.forEach(record -> watched.add(record.layer())))
            .build()) {
      network.setListeners(monitor);
      for (int i = 0; i < 5; i++) {
        network.fit(data);
      }
    }
    assertThat(watched).containsExactly("block-0", "block-1");
    network.setListeners();
    assertThat(network.score(data)).isLessThan(0.99 * before);
    File file = folder.resolve("trained.zip").toFile();
    network.save(file);
    assertThat(MultiLayerNetwork.load(file, true).output(tokens)).isEqualTo(network.output(tokens));
    assertThat(network.clone().output(tokens)).isEqualTo(network.output(tokens));
  }

  @Test
  void theNormalizerIsChosenWhenLoadingOrAfterwards() throws IOException {
    files("").write(folder, config(""));
    MultiLayerNetwork softmax = Pretrained.load(folder).network();
    INDArray tokens = Logits.array(Logits.tokens(VOCABULARY));
    for (Normalizer normalizer : new Normalizer[] {Normalizers.entmax(1.5), Normalizers.ssmax()}) {
      MultiLayerNetwork chosen = Pretrained.from(folder).normalizer(normalizer).load().network();
      TransformerBlock block =
          (TransformerBlock) chosen.getLayerWiseConfigurations().getConf(2).getLayer();
      assertThat(block.getNormalizer()).isEqualTo(normalizer);
      MultiLayerNetwork swapped = AttentionSwap.with(normalizer).in(softmax).network();
      assertThat(chosen.output(tokens).sub(swapped.output(tokens)).amaxNumber().doubleValue())
          .isLessThan(1e-6);
      assertThat(chosen.output(tokens).sub(softmax.output(tokens)).amaxNumber().doubleValue())
          .isGreaterThan(1e-4);
    }
  }

  /** That of the configuration, in training alone. */
  @Test
  void dropoutIsThatOfTheConfiguration() throws IOException {
    String config =
        config("")
            .replace("\"attn_pdrop\": 0.0", "\"attn_pdrop\": 0.2")
            .replace("\"embd_pdrop\": 0.0", "\"embd_pdrop\": 0.3")
            .replace("\"resid_pdrop\": 0.0", "\"resid_pdrop\": 0.4");
    ModelFiles files = files("");
    MultiLayerNetwork network = Pretrained.load(files.write(folder, config)).network();
    String first = network.getLayerWiseConfigurations().getConf(2).getLayer().toString();
    assertThat(first).contains("attentionDropout=0.2", "residualDropout=0.4");
    assertThat(network.getLayerWiseConfigurations().getConf(2).getLayer().getIDropout().toString())
        .contains("0.7");
    assertThat(network.getLayerWiseConfigurations().getConf(3).getLayer().getIDropout()).isNull();
    Logits.assertSame(
        network,
        files.get("wte.weight"),
        VOCABULARY,
        tokens -> logits(files, "", USUAL, "wte.weight", tokens));
  }

  @Test
  void tokenizerFilesAreFound() throws IOException {
    files("").write(folder, config(""));
    Files.writeString(folder.resolve("vocab.json"), "{}");
    Files.writeString(folder.resolve("merges.txt"), "");
    assertThat(Pretrained.load(folder).tokenizerFiles())
        .containsExactly(folder.resolve("vocab.json"), folder.resolve("merges.txt"));
  }

  /** Tensors of more numbers than are read at a time, as they are, transposed and in parts. */
  @Test
  void largeTensorsAreReadInParts() throws IOException {
    int size = 592;
    int rows = 1801;
    String config =
        """
        {"model_type": "gpt2", "vocab_size": 1801, "n_positions": 1801, "n_embd": 592,
         "n_layer": 1, "n_head": 8, "n_inner": 61}\
        """;
    ModelFiles files =
        new ModelFiles(17)
            .add("wte.weight", rows, size)
            .add("wpe.weight", rows, size)
            .addGain("h.0.ln_1.weight", size)
            .add("h.0.ln_1.bias", size)
            .add("h.0.attn.c_attn.weight", size, 3L * size)
            .add("h.0.attn.c_attn.bias", 3L * size)
            .add("h.0.attn.c_proj.weight", size, size)
            .add("h.0.attn.c_proj.bias", size)
            .addGain("h.0.ln_2.weight", size)
            .add("h.0.ln_2.bias", size)
            .add("h.0.mlp.c_fc.weight", size, HIDDEN)
            .add("h.0.mlp.c_fc.bias", HIDDEN)
            .add("h.0.mlp.c_proj.weight", HIDDEN, size)
            .add("h.0.mlp.c_proj.bias", size)
            .addGain("ln_f.weight", size)
            .add("ln_f.bias", size);
    MultiLayerNetwork network = Pretrained.load(files.write(folder, config)).network();
    assertThat(inOrder(network.getParam("0_W"))).isEqualTo(files.get("wte.weight"));
    assertThat(inOrder(network.getParam("1_W").transpose())).isEqualTo(files.get("wpe.weight"));
    float[] joined = files.get("h.0.attn.c_attn.weight");
    String[] roles = {"2_Wq", "2_Wk", "2_Wv"};
    for (int role = 0; role < roles.length; role++) {
      float[] actual = inOrder(network.getParam(roles[role]));
      float[] expected = new float[size * size];
      for (int out = 0; out < size; out++) {
        for (int in = 0; in < size; in++) {
          expected[out * size + in] = joined[in * 3 * size + role * size + out];
        }
      }
      assertThat(actual).isEqualTo(expected);
    }

    files.get("wte.weight")[rows * size - 1] = Float.NaN;
    files.write(folder, config);
    assertThatThrownBy(() -> Pretrained.load(folder))
        .hasMessageEndingWith(
            "number %d of tensor 'wte.weight' is NaN but must be finite.", rows * size - 1);
  }

  private static float[] inOrder(INDArray array) {
    return array.dup('c').data().asFloat();
  }

  @Test
  void aTensorThatDoesNotFitIsNamed() throws IOException {
    String file = folder.resolve(FolderTensors.WHOLE).toString();
    files("").remove("h.1.mlp.c_fc.bias").write(folder, config(""));
    assertThatThrownBy(() -> Pretrained.load(folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessage(folder + ": the tensor 'h.1.mlp.c_fc.bias' of shape [61] is missing.");

    files("").add("h.0.attn.c_attn.weight", SIZE, 2 * SIZE).write(folder, config(""));
    assertThatThrownBy(() -> Pretrained.load(folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessage(
            file
                + ": the shape of tensor 'h.0.attn.c_attn.weight' is [15, 30] but must be [15,"
                + " 45].");

    for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      ModelFiles files = files("");
      files.get("h.1.attn.c_proj.weight")[17] = bad;
      files.write(folder, config(""));
      assertThatThrownBy(() -> Pretrained.load(folder))
          .isInstanceOf(ModelFileException.class)
          .hasMessage(
              file + ": number 17 of tensor 'h.1.attn.c_proj.weight' is %s but must be finite.",
              bad);
    }
  }

  /** None of these sizes is believed before there are tensors of them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "n_layer | 2147483647 | the tensor 'h.2.attn.c_attn.weight' of shape [15, 45] is missing.",
        "vocab_size | 2147483647 | the shape of tensor 'wte.weight' is [97, 15] but must be"
            + " [2147483647, 15].",
        "n_positions | 2147483647 | the shape of tensor 'wpe.weight' is [23, 15] but must be"
            + " [2147483647, 15].",
        "n_inner | 2147483647 | must be [15, 2147483647].",
        "n_embd | 2147483646 | the shape of tensor 'wte.weight' is [97, 15] but must be [97,"
            + " 2147483646]."
      })
  void sizesAreComparedWithTheTensorsFirst(String key, String value, String message)
      throws IOException {
    files("")
        .write(
            folder, config("").replaceFirst("\"" + key + "\": \\d+", "\"" + key + "\": " + value));
    assertThatThrownBy(() -> Pretrained.load(folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"gpt2\" | \"mamba\" | model_type is 'mamba' but must be one of ",
        "\"gpt2\" | 7 | model_type is '7' but must be text.",
        "\"vocab_size\": 97 | \"vocab_size\": 0 | vocab_size is '0' but must be a whole number"
            + " from 1 to 2147483647.",
        "\"vocab_size\": 97 | \"vocab_size\": 1 | vocab_size is '1' but must be at least 2.",
        "\"vocab_size\": 97 | \"vocab_size\": 97.5 | vocab_size is '97.5' but must be a whole",
        "\"vocab_size\": 97 | \"vocab_size\": 4294967296 | vocab_size is '4294967296' but must be",
        "\"vocab_size\": 97, | | vocab_size is missing but must be a whole number",
        "\"n_head\": 3 | \"n_head\": 4 | n_head is '4' but must be a divisor of n_embd 15.",
        "\"n_head\": 3 | \"n_head\": \"3\" | n_head is '3' but must be a whole number",
        "\"n_embd\": 15 | \"n_embd\": [15] | n_embd is '[15]' but must be a whole number",
        "1e-3 | 0 | layer_norm_epsilon is '0' but must be a number above 0.",
        "1e-3 | 1e999 | layer_norm_epsilon is",
        "\"attn_pdrop\": 0.0 | \"attn_pdrop\": 1 | attn_pdrop is '1' but must be from 0 to below"
            + " 1.",
        "\"n_ctx\": 23 | \"activation_function\": \"mish\" | activation_function is 'mish' but must"
            + " be one of gelu, gelu_fast, gelu_new",
        "\"n_ctx\": 23 | \"tie_word_embeddings\": 1 | tie_word_embeddings is '1' but must be true"
            + " or false.",
        "\"n_ctx\": 23 | \"add_cross_attention\": true | add_cross_attention is 'true' but must be"
            + " false."
      })
  void aConfigurationThatIsNotPossibleIsNamed(String part, String other, String message)
      throws IOException {
    files("").write(folder, config("").replace(part, other == null ? "" : other));
    assertThatThrownBy(() -> Pretrained.load(folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessageStartingWith(folder.resolve("config.json") + ": ")
        .hasMessageContaining(message)
        .hasMessageEndingWith(".");
  }

  @Test
  void aFolderWithoutConfigurationIsNamed() {
    assertThatThrownBy(() -> Pretrained.load(folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessage(folder + ": there must be config.json.");
  }

  /** 24 tokens are one more than the model has positions for. */
  @Test
  void aSequenceThatIsTooLongIsRefusedByTheLayer() throws IOException {
    MultiLayerNetwork network = Pretrained.load(files("").write(folder, config(""))).network();
    assertThat(network.output(Logits.array(new int[1][LENGTH])).sumNumber().doubleValue())
        .isCloseTo(LENGTH, within(1e-4));
    assertThatThrownBy(() -> network.output(Logits.array(new int[1][LENGTH + 1])))
        .hasMessageContaining("maxLength 23");
  }
}
