package org.attention4j.examples.pretrained;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.pretrained.ModelDescription;
import org.attention4j.pretrained.ModelFileException;
import org.attention4j.pretrained.Pretrained;

/** A language model in a folder, with its tokenizer. */
final class FolderModel implements AutoCloseable {
  private static final String GPT2 = "gpt2";
  private static final int GPT2_VOCABULARY = 50_257;

  private final Path folder;
  private final Pretrained model;
  private final Tokenizer tokenizer;

  private FolderModel(Path folder, Pretrained model, Tokenizer tokenizer) {
    this.folder = folder;
    this.model = model;
    this.tokenizer = tokenizer;
  }

  /**
   * Loads a model.
   *
   * @param folder of the model
   * @throws BadArgument if it cannot be used
   */
  static FolderModel load(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new BadArgument("--model %s is not a folder.".formatted(folder));
    }
    try {
      Pretrained model = Pretrained.load(folder);
      if (!model.description().languageModel()) {
        throw new BadArgument(
            "--model %s holds a %s but must hold a language model."
                .formatted(folder, model.description().family()));
      }
      return new FolderModel(folder, model, tokenizer(folder, model.description()));
    } catch (ModelFileException e) {
      throw new BadArgument("--model " + e.getMessage(), e);
    }
  }

  private static Tokenizer tokenizer(Path folder, ModelDescription description) throws IOException {
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

  Pretrained pretrained() {
    return model;
  }

  ModelDescription description() {
    return model.description();
  }

  /** The tokens of a text, all of which the model knows. */
  int[] encode(String text) {
    int[] tokens = tokenizer.encode(text);
    int largest = Arrays.stream(tokens).max().orElse(0);
    if (largest >= description().vocabulary()) {
      throw new BadArgument(
          "--model %s: the tokenizer gives token %d but the model has tokens up to %d."
              .formatted(folder, largest, description().vocabulary() - 1));
    }
    return tokens;
  }

  String decode(int[] tokens) {
    return tokenizer.decode(tokens);
  }

  /**
   * How many tokens the model sees at most.
   *
   * @param wanted 0 for the default
   * @param defaultLimit the default is at most this
   */
  int context(int wanted, int defaultLimit) {
    int longest = description().maxLength();
    if (wanted > longest) {
      throw new BadArgument(
          "--context is %d but must be at most %d, which the model was trained for."
              .formatted(wanted, longest));
    }
    return wanted == 0 ? Math.min(longest, defaultLimit) : wanted;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
