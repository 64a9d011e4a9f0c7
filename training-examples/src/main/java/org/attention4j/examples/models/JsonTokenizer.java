package org.attention4j.examples.models;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.attention4j.pretrained.ModelFileException;

/**
 * A tokenizer that a {@code tokenizer.json} describes, run by the library of Hugging Face in DJL.
 * Its native code comes with its jar and is unpacked into {@code ~/.djl.ai}; nothing is downloaded.
 */
public final class JsonTokenizer implements Tokenizer {
  /** The name of the file in a model's folder. */
  public static final String FILE = "tokenizer.json";

  /** Keeps DJL from fetching code for graphics cards and from counting its users. */
  private static final Map<String, String> QUIET =
      Map.of("ai.djl.offline", "true", "RUST_FLAVOR", "cpu");

  private final HuggingFaceTokenizer tokenizer;

  private JsonTokenizer(HuggingFaceTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /**
   * Reads a tokenizer that cuts texts off.
   *
   * @param file its name, for messages
   * @param content what is in the file
   * @param maxTokens how many tokens a text has at most, with those that are added
   * @return the tokenizer
   * @throws IOException if it cannot be read
   */
  public static JsonTokenizer cutting(String file, InputStream content, int maxTokens)
      throws IOException {
    return read(
        file, content, Map.of("truncation", "true", "maxLength", Integer.toString(maxTokens)));
  }

  /**
   * Reads a tokenizer that takes texts of any length.
   *
   * @param file its name, for messages
   * @param content what is in the file
   * @return the tokenizer
   * @throws IOException if it cannot be read
   */
  public static JsonTokenizer whole(String file, InputStream content) throws IOException {
    return read(file, content, Map.of("truncation", "false"));
  }

  private static JsonTokenizer read(String file, InputStream content, Map<String, String> options)
      throws IOException {
    QUIET.forEach(System.getProperties()::putIfAbsent);
    Map<String, String> all = new HashMap<>(options);
    all.put("padding", "false");
    try {
      return new JsonTokenizer(HuggingFaceTokenizer.newInstance(content, all));
    } catch (RuntimeException e) {
      throw new ModelFileException(
          "%s: it must describe a tokenizer (%s).".formatted(file, e.getMessage()));
    }
  }

  @Override
  public int[] encode(String text) {
    return Arrays.stream(tokenizer.encode(text).getIds()).mapToInt(Math::toIntExact).toArray();
  }

  @Override
  public String decode(int[] tokens) {
    return tokenizer.decode(Arrays.stream(tokens).asLongStream().toArray(), true);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
