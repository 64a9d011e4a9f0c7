package org.attention4j.examples.pretrained;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.attention4j.examples.models.ModelTokens;
import org.attention4j.examples.models.Tokenizer;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.pretrained.ModelDescription;
import org.attention4j.pretrained.ModelFileException;
import org.attention4j.pretrained.Pretrained;

/** A language model in a folder, with its tokenizer. */
final class FolderModel implements AutoCloseable {
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
      return new FolderModel(folder, model, ModelTokens.tokenizer(model.description(), folder));
    } catch (ModelFileException e) {
      throw new BadArgument("--model " + e.getMessage(), e);
    }
  }

  Pretrained pretrained() {
    return model;
  }

  ModelDescription description() {
    return model.description();
  }

  /** The tokens of a text, all of which the model knows. */
  int[] encode(String text) {
    return ModelTokens.encode(tokenizer, description(), folder, text);
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
