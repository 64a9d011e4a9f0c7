package org.attention4j.examples.models;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A random GPT-2 of one block: its files, and its perplexity in plain loops over doubles. */
public final class SmallGpt2 {
  public static final int LENGTH = 13;
  private static final int HEADS = 2;
  private static final int HEAD_SIZE = 3;
  private static final int SIZE = HEADS * HEAD_SIZE;
  private static final int HIDDEN = 11;
  private static final double EPSILON = 1e-5;

  private final int vocabulary;
  private final Map<String, float[]> tensors = new LinkedHashMap<>();
  private final Map<String, int[]> shapes = new LinkedHashMap<>();
  private final Random random = new Random(83);

  public SmallGpt2(int vocabulary) {
    this.vocabulary = vocabulary;
    add("wte.weight", vocabulary, SIZE);
    add("wpe.weight", LENGTH, SIZE);
    norm("h.0.ln_1");
    linear("h.0.attn.c_attn", SIZE, 3 * SIZE);
    linear("h.0.attn.c_proj", SIZE, SIZE);
    norm("h.0.ln_2");
    linear("h.0.mlp.c_fc", SIZE, HIDDEN);
    linear("h.0.mlp.c_proj", HIDDEN, SIZE);
    norm("ln_f");
  }

  private void add(String name, int... shape) {
    float[] numbers = new float[Arrays.stream(shape).reduce(1, (x, y) -> x * y)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) random.nextGaussian() / 2;
    }
    tensors.put(name, numbers);
    shapes.put(name, shape);
  }

  private void norm(String name) {
    add(name + ".weight", SIZE);
    add(name + ".bias", SIZE);
  }

  private void linear(String name, int in, int out) {
    add(name + ".weight", in, out);
    add(name + ".bias", out);
  }

  /** Writes config.json and model.safetensors. */
  public void write(Path folder) throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"model_type": "gpt2", "vocab_size": %d, "n_positions": %d, "n_embd": %d, "n_layer": 1,
         "n_head": %d, "n_inner": %d, "layer_norm_epsilon": 1e-5}\
        """
            .formatted(vocabulary, LENGTH, SIZE, HEADS, HIDDEN));
    StringBuilder header = new StringBuilder("{");
    int bytes = 0;
    for (Map.Entry<String, float[]> tensor : tensors.entrySet()) {
      int end = bytes + Float.BYTES * tensor.getValue().length;
      header
          .append(bytes == 0 ? "" : ",")
          .append(
              "\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                  .formatted(
                      tensor.getKey(), Arrays.toString(shapes.get(tensor.getKey())), bytes, end));
      bytes = end;
    }
    byte[] json = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(Long.BYTES + json.length + bytes).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(json.length).put(json);
    for (float[] numbers : tensors.values()) {
      for (float number : numbers) {
        file.putFloat(number);
      }
    }
    Files.write(folder.resolve("model.safetensors"), file.array());
  }

  /** A tokenizer.json: word number i, "wi", is token i. */
  public static void writeTokenizer(Path folder, int words) throws IOException {
    String entries =
        IntStream.range(0, words)
            .mapToObj("\"w%1$d\":%1$d"::formatted)
            .collect(Collectors.joining(","));
    Files.writeString(
        folder.resolve("tokenizer.json"),
        """
        {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
         "normalizer": null, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null,
         "decoder": null, "model": {"type": "WordLevel", "vocab": {%s}, "unk_token": "w0"}}\
        """
            .formatted(entries));
  }

  /** exp of the mean loss of all tokens but the first, each after those before it in its window. */
  public double perplexity(int[] tokens, int context) {
    double loss = 0;
    for (int i = 1; i < tokens.length; i++) {
      int from = (i - 1) / context * context;
      loss -= logProbability(Arrays.copyOfRange(tokens, from, i), tokens[i]);
    }
    return Math.exp(loss / (tokens.length - 1));
  }

  /** The token that most probably follows. */
  public int likeliest(int[] before) {
    int best = 0;
    for (int token = 1; token < vocabulary; token++) {
      best = logProbability(before, token) > logProbability(before, best) ? token : best;
    }
    return best;
  }

  private double logProbability(int[] before, int next) {
    double[][] x = new double[before.length][SIZE];
    double[][] joined = new double[before.length][];
    for (int t = 0; t < x.length; t++) {
      for (int i = 0; i < SIZE; i++) {
        x[t][i] =
            (double) tensors.get("wte.weight")[before[t] * SIZE + i]
                + tensors.get("wpe.weight")[t * SIZE + i];
      }
      joined[t] = linear("h.0.attn.c_attn", norm("h.0.ln_1", x[t]));
    }
    double[] last = x[x.length - 1];
    last = add(last, linear("h.0.attn.c_proj", attention(joined)));
    double[] hidden = linear("h.0.mlp.c_fc", norm("h.0.ln_2", last));
    last =
        add(last, linear("h.0.mlp.c_proj", Arrays.stream(hidden).map(SmallGpt2::gelu).toArray()));
    last = norm("ln_f", last);
    double sum = 0;
    double chosen = 0;
    for (int v = 0; v < vocabulary; v++) {
      double logit = 0;
      for (int i = 0; i < SIZE; i++) {
        logit += last[i] * tensors.get("wte.weight")[v * SIZE + i];
      }
      sum += Math.exp(logit);
      chosen = v == next ? logit : chosen;
    }
    return chosen - Math.log(sum);
  }

  /** What the last step sees; queries, keys and values stand one after the other. */
  private static double[] attention(double[][] joined) {
    double[] output = new double[SIZE];
    double[] query = joined[joined.length - 1];
    for (int head = 0; head < HEADS; head++) {
      double sum = 0;
      double[] mean = new double[HEAD_SIZE];
      for (double[] step : joined) {
        double score = 0;
        for (int i = head * HEAD_SIZE; i < (head + 1) * HEAD_SIZE; i++) {
          score += query[i] * step[SIZE + i] / Math.sqrt(HEAD_SIZE);
        }
        sum += Math.exp(score);
        for (int i = 0; i < HEAD_SIZE; i++) {
          mean[i] += Math.exp(score) * step[2 * SIZE + head * HEAD_SIZE + i];
        }
      }
      for (int i = 0; i < HEAD_SIZE; i++) {
        output[head * HEAD_SIZE + i] = mean[i] / sum;
      }
    }
    return output;
  }

  private double[] norm(String name, double[] x) {
    double mean = Arrays.stream(x).average().getAsDouble();
    double variance = Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().getAsDouble();
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] =
          tensors.get(name + ".weight")[i] * (x[i] - mean) / Math.sqrt(variance + EPSILON)
              + tensors.get(name + ".bias")[i];
    }
    return y;
  }

  private double[] linear(String name, double[] x) {
    float[] weights = tensors.get(name + ".weight");
    float[] bias = tensors.get(name + ".bias");
    double[] y = new double[bias.length];
    for (int j = 0; j < y.length; j++) {
      y[j] = bias[j];
      for (int i = 0; i < x.length; i++) {
        y[j] += x[i] * weights[i * y.length + j];
      }
    }
    return y;
  }

  private static double[] add(double[] x, double[] y) {
    double[] sum = new double[x.length];
    Arrays.setAll(sum, i -> x[i] + y[i]);
    return sum;
  }

  private static double gelu(double x) {
    return x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
  }
}
