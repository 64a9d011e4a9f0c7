package org.attention4j.examples.models;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.pretrained.ModelDescription;

/** A text as the tokens of a model in a folder. */
public final class ModelTokens {
  private static final String GPT2 = "gpt2";
  private static final int GPT2_VOCABULARY = 50_257;

  private ModelTokens() {}

  /**
   * Encodes texts with the tokenizer in the folder, or that of GPT-2.
   *
   * @param description of the model
   * @param folder of the model
   * @param texts any
   * @return the tokens of each
   * @throws BadArgument if there is no tokenizer, or it is not the model's
   * @throws IOException if it cannot be read
   */
  public static int[][] of(ModelDescription description, Path folder, String... texts)
      throws IOException {
    try (Tokenizer tokenizer = tokenizer(description, folder)) {
      return Arrays.stream(texts)
          .map(text -> encode(tokenizer, description, folder, text))
          .toArray(int[][]::new);
    }
  }

  /**
   * The tokenizer in the folder, or that of GPT-2.
   *
   * @param description of the model
   * @param folder of the model
   * @return the tokenizer
   * @throws BadArgument if there is none
   * @throws IOException if it cannot be read
   */
  public static Tokenizer tokenizer(ModelDescription description, Path folder) throws IOException {
    Path file = folder.resolve(JsonTokenizer.FILE);
    if (Files.isRegularFile(file)) {
      try (InputStream content = new BufferedInputStream(Files.newInputStream(file))) {
        return JsonTokenizer.whole(file.toString(), content);
      }
    }
    if (description.family().equals(GPT2) && description.vocabulary() == GPT2_VOCABULARY) {
      return Tokenizer.gpt2();
    }
    throw new BadArgument(
        "--model %s must hold %s, the tokenizer.".formatted(folder, JsonTokenizer.FILE));
  }

  /**
   * Encodes a text.
   *
   * @param tokenizer the model's
   * @param description of the model
   * @param folder of the model, for messages
   * @param text any
   * @return its tokens, all of which the model knows
   * @throws BadArgument if there are others
   */
  public static int[] encode(
      Tokenizer tokenizer, ModelDescription description, Path folder, String text) {
    int[] tokens = tokenizer.encode(text);
    int largest = Arrays.stream(tokens).max().orElse(0);
    if (largest >= description.vocabulary()) {
      throw new BadArgument(
          "--model %s: the tokenizer gives token %d but the model has tokens up to %d."
              .formatted(folder, largest, description.vocabulary() - 1));
    }
    return tokens;
  }
}
