package org.attention4j.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;

/** Llama, Mistral, Qwen 2 and Qwen 3 against loops over doubles. */
final class LlamaTest {
  private static final int VOCABULARY = 97;
  private static final int SIZE = 72;
  private static final int BLOCKS = 2;
  private static final int HEADS = 6;
  private static final int HIDDEN = 61;

  @TempDir Path folder;

  /**
   * A model of the family.
   *
   * @param more what the configuration says beyond the sizes
   * @param groups heads of keys and values
   * @param headSize d
   * @param base of the rotation
   * @param bias of queries, keys and values
   * @param outputBias of what follows attention
   * @param feedForwardBias of the feed-forward block
   * @param normed whether queries and keys have a norm
   * @param windows keys that a query sees in each block
   */
  record Variant(
      String type,
      String more,
      int groups,
      int headSize,
      double base,
      double epsilon,
      boolean tied,
      boolean bias,
      boolean outputBias,
      boolean feedForwardBias,
      boolean normed,
      int... windows) {

    String config() {
      return """
      {"model_type": "%s", "vocab_size": 97, "hidden_size": 72, "num_hidden_layers": 2,
       "num_attention_heads": 6, "intermediate_size": 61, "max_position_embeddings": 29,
       "hidden_act": "silu"%s}\
      """
          .formatted(type, more);
    }

    ModelFiles files() {
      ModelFiles files = new ModelFiles(11);
      files.add("model.embed_tokens.weight", VOCABULARY, SIZE);
      for (int i = 0; i < BLOCKS; i++) {
        String block = "model.layers." + i + ".";
        files
            .addGain(block + "input_layernorm.weight", SIZE)
            .addGain(block + "post_attention_layernorm.weight", SIZE)
            .add(block + "mlp.gate_proj.weight", HIDDEN, SIZE)
            .add(block + "mlp.up_proj.weight", HIDDEN, SIZE)
            .add(block + "mlp.down_proj.weight", SIZE, HIDDEN);
        linear(files, bias, block + "self_attn.q_proj", (long) HEADS * headSize, SIZE);
        linear(files, bias, block + "self_attn.k_proj", (long) groups * headSize, SIZE);
        linear(files, bias, block + "self_attn.v_proj", (long) groups * headSize, SIZE);
        linear(files, outputBias, block + "self_attn.o_proj", SIZE, (long) HEADS * headSize);
        if (feedForwardBias) {
          files
              .add(block + "mlp.gate_proj.bias", HIDDEN)
              .add(block + "mlp.up_proj.bias", HIDDEN)
              .add(block + "mlp.down_proj.bias", SIZE);
        }
        if (normed) {
          files
              .addGain(block + "self_attn.q_norm.weight", headSize)
              .addGain(block + "self_attn.k_norm.weight", headSize);
        }
      }
      files.addGain("model.norm.weight", SIZE);
      return tied ? files : files.add("lm_head.weight", VOCABULARY, SIZE);
    }

    private static void linear(ModelFiles files, boolean bias, String name, long out, long in) {
      files.add(name + ".weight", out, in);
      if (bias) {
        files.add(name + ".bias", out);
      }
    }

    String head() {
      return tied ? "model.embed_tokens.weight" : "lm_head.weight";
    }

    double[][] logits(ModelFiles files, int[] tokens) {
      double[][] x = new double[tokens.length][];
      for (int t = 0; t < x.length; t++) {
        x[t] = PlainMath.row(files.get("model.embed_tokens.weight"), tokens[t], SIZE);
      }
      for (int i = 0; i < BLOCKS; i++) {
        block(files, "model.layers." + i + ".", i < windows.length ? windows[i] : x.length, x);
      }
      double[][] logits = new double[x.length][];
      for (int t = 0; t < x.length; t++) {
        double[] last = PlainMath.rmsNorm(x[t], files.get("model.norm.weight"), epsilon);
        logits[t] = PlainMath.linear(files.get(head()), new float[0], last);
      }
      return logits;
    }

    private void block(ModelFiles files, String block, int window, double[][] x) {
      double[][] q = new double[x.length][];
      double[][] k = new double[x.length][];
      double[][] v = new double[x.length][];
      for (int t = 0; t < x.length; t++) {
        double[] read =
            PlainMath.rmsNorm(x[t], files.get(block + "input_layernorm.weight"), epsilon);
        q[t] = linear(files, bias, block + "self_attn.q_proj", read);
        k[t] = linear(files, bias, block + "self_attn.k_proj", read);
        v[t] = linear(files, bias, block + "self_attn.v_proj", read);
        if (normed) {
          norm(q[t], files.get(block + "self_attn.q_norm.weight"));
          norm(k[t], files.get(block + "self_attn.k_norm.weight"));
        }
        rotate(q[t], t);
        rotate(k[t], t);
      }
      double[][] attended =
          PlainMath.attention(
              q,
              k,
              v,
              HEADS,
              groups,
              1 / Math.sqrt(headSize),
              (query, key) -> key <= query && key > query - window);
      for (int t = 0; t < x.length; t++) {
        x[t] =
            PlainMath.add(x[t], linear(files, outputBias, block + "self_attn.o_proj", attended[t]));
        double[] read =
            PlainMath.rmsNorm(x[t], files.get(block + "post_attention_layernorm.weight"), epsilon);
        double[] gate = linear(files, feedForwardBias, block + "mlp.gate_proj", read);
        double[] up = linear(files, feedForwardBias, block + "mlp.up_proj", read);
        for (int j = 0; j < gate.length; j++) {
          gate[j] = PlainMath.silu(gate[j]) * up[j];
        }
        x[t] = PlainMath.add(x[t], linear(files, feedForwardBias, block + "mlp.down_proj", gate));
      }
    }

    private static double[] linear(ModelFiles files, boolean bias, String name, double[] x) {
      return PlainMath.linear(
          files.get(name + ".weight"), bias ? files.get(name + ".bias") : new float[0], x);
    }

    /** Each head by itself. */
    private void norm(double[] heads, float[] gain) {
      for (int from = 0; from < heads.length; from += headSize) {
        double[] head =
            PlainMath.rmsNorm(PlainMath.slice(heads, from, from + headSize), gain, epsilon);
        System.arraycopy(head, 0, heads, from, headSize);
      }
    }

    /** Turns the pair (i, i + d/2) of each head, a complex number, by an angle. */
    private void rotate(double[] heads, int position) {
      int half = headSize / 2;
      for (int from = 0; from < heads.length; from += headSize) {
        for (int i = 0; i < half; i++) {
          double angle = position / Math.pow(base, 2.0 * i / headSize);
          double real = heads[from + i];
          double imaginary = heads[from + i + half];
          heads[from + i] = real * Math.cos(angle) - imaginary * Math.sin(angle);
          heads[from + i + half] = imaginary * Math.cos(angle) + real * Math.sin(angle);
        }
      }
    }
  }

  private static Variant llama(
      String more, int groups, int headSize, double base, double epsilon, boolean tied) {
    return new Variant(
        "llama", more, groups, headSize, base, epsilon, tied, false, false, false, false);
  }

  private static Variant windowed(String type, String more, int... windows) {
    return new Variant(
        type, more, 6, 12, 10_000, 1e-6, false, false, false, false, type.equals("qwen3"), windows);
  }

  static Stream<Arguments> variants() {
    return Stream.of(
            // Llama 2: no groups, defaults of base and epsilon
            llama("", 6, 12, 10_000, 1e-6, false),
            // Llama 3: groups, base beside the sizes, a head size of its own
            llama(
                """
                , "num_key_value_heads": 2, "rope_theta": 500000.0, "head_dim": 10,
                "rope_scaling": null, "rms_norm_eps": 1e-3, "tie_word_embeddings": true\
                """,
                2,
                10,
                500_000,
                1e-3,
                true),
            // newer files: positions in an object of their own
            llama(
                """
                , "num_key_value_heads": 3, "rms_norm_eps": 1e-5, "head_dim": 4,
                "rope_parameters": {"rope_theta": 31, "rope_type": "default"}\
                """,
                3,
                4,
                31,
                1e-5,
                false),
            new Variant(
                "llama",
                ", \"head_dim\": 6, \"attention_bias\": true, \"mlp_bias\": true",
                6,
                6,
                10_000,
                1e-6,
                false,
                true,
                true,
                true,
                false),
            new Variant(
                "mistral",
                ", \"head_dim\": 6, \"num_key_value_heads\": 1, \"sliding_window\": null",
                1,
                6,
                10_000,
                1e-6,
                false,
                false,
                false,
                false,
                false),
            new Variant(
                "qwen2",
                """
                , "head_dim": 8, "num_key_value_heads": 2, "rope_theta": 1000000.0,
                "use_sliding_window": false, "sliding_window": 7, "tie_word_embeddings": true,
                "layer_types": ["full_attention", "full_attention"]\
                """,
                2,
                8,
                1_000_000,
                1e-6,
                true,
                true,
                false,
                false,
                false),
            windowed("mistral", ", \"sliding_window\": 3", 3, 3),
            // longer than any sequence, as it is said where nothing is
            windowed("mistral", ""),
            windowed(
                "qwen3",
                ", \"use_sliding_window\": true, \"sliding_window\": 5",
                Integer.MAX_VALUE),
            windowed(
                "qwen3",
                ", \"use_sliding_window\": true, \"sliding_window\": 5, \"max_window_layers\": 1",
                Integer.MAX_VALUE,
                5),
            windowed(
                "qwen3",
                """
                , "use_sliding_window": true, "sliding_window": 2,
                "layer_types": ["sliding_attention", "full_attention"]\
                """,
                2,
                Integer.MAX_VALUE),
            new Variant(
                "qwen3",
                ", \"head_dim\": 10, \"num_key_value_heads\": 2, \"rms_norm_eps\": 1e-6",
                2,
                10,
                10_000,
                1e-6,
                false,
                false,
                false,
                false,
                true))
        .map(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void isTheModelOfThePaper(Variant variant) throws IOException {
    ModelFiles files = variant.files();
    Pretrained model = Pretrained.load(files.write(folder, variant.config()));
    Logits.assertSame(
        model.network(),
        files.get(variant.head()),
        VOCABULARY,
        tokens -> variant.logits(files, tokens));
    assertThat(model.unusedTensors()).isEmpty();
    assertThat(model.description().family()).isEqualTo(variant.type());
    assertThat(model.description().keyValueHeads()).isEqualTo(variant.groups());
    assertThat(model.description().headSize()).isEqualTo(variant.headSize());
    assertThat(model.description().maxLength()).isEqualTo(29);
  }

  private static Variant with(String type, String more) {
    return new Variant(type, more, 6, 12, 10_000, 1e-6, false, false, false, false, false);
  }

  @Test
  void isTrainedFurther() throws IOException {
    Variant variant =
        llama(
            ", \"num_key_value_heads\": 2, \"head_dim\": 10, \"tie_word_embeddings\": true",
            2,
            10,
            10_000,
            1e-6,
            true);
    MultiLayerNetwork network =
        Pretrained.from(variant.files().write(folder, variant.config()))
            .updater(new Sgd(0.02))
            .load()
            .network();
    INDArray tokens = Logits.array(Logits.tokens(VOCABULARY));
    DataSet data = new DataSet(tokens, tokens);
    double before = network.score(data);
    for (int i = 0; i < 5; i++) {
      network.fit(data);
    }
    assertThat(network.score(data)).isLessThan(0.99 * before);
  }

  /** A rotation knows no longest sequence. */
  @Test
  void sequencesMayBeLonger() throws IOException {
    Variant variant = llama("", 6, 12, 10_000, 1e-6, false);
    MultiLayerNetwork network =
        Pretrained.load(variant.files().write(folder, variant.config())).network();
    assertThat(network.output(Logits.array(new int[1][37])).size(2)).isEqualTo(37);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "llama | , \"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8.0} |"
            + " rope_scaling: rope_type is 'llama3' but must be 'default', since stretched",
        "llama | , \"rope_scaling\": {\"type\": \"linear\"} | type is 'linear' but must be",
        "llama | , \"rope_parameters\": {\"rope_type\": \"yarn\"} | rope_type is 'yarn'",
        "llama | , \"rope_parameters\": 7 | rope_parameters is '7' but must be an object.",
        "llama | , \"partial_rotary_factor\": 0.5 | partial_rotary_factor is '0.5' but must be 1.",
        "llama | , \"num_key_value_heads\": 4 | num_key_value_heads is '4' but must be a divisor of"
            + " num_attention_heads 6.",
        "llama | , \"head_dim\": 7 | head_dim is '7' but must be such that the size of a head, 7,"
            + " is even.",
        "mistral | , \"sliding_window\": 0 | sliding_window is '0' but must be a whole number from"
            + " 1",
        "qwen2 | , \"use_sliding_window\": true, \"max_window_layers\": -1 | max_window_layers is"
            + " '-1' but must be a whole number from 0",
        "qwen2 | , \"layer_types\": [\"sliding_attention\"] | since the model has no sliding"
            + " window",
        "llama | , \"use_sliding_window\": true, \"layer_types\": [\"sliding_attention\"] | since"
            + " the model has no sliding window",
        "mistral | , \"layer_types\": [\"sliding_attention\"] | but must be a list of"
            + " num_hidden_layers",
        "qwen3 | , \"use_sliding_window\": true, \"layer_types\": [\"chunked_attention\"] | but"
            + " must be a list of 'full_attention' and 'sliding_attention'",
        "qwen3 | , \"rms_norm_eps\": 1e-5 | rms_norm_eps is '1.0E-5' but must be 1e-6",
        "llama | , \"tie_word_embeddings\": false, \"mlp_bias\": true | the tensor"
            + " 'model.layers.0.mlp.gate_proj.bias' of shape [61] is missing."
      })
  void whatIsNotSupportedIsNamed(String type, String more, String message) throws IOException {
    Variant variant = with(type, more);
    variant.files().write(folder, variant.config());
    assertThatThrownBy(() -> Pretrained.load(folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining(message)
        .hasMessageEndingWith(".");
  }
}
