package org.attention4j.examples.pretrained;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.training.Alphabet;
import org.attention4j.examples.training.CharacterModel;
import org.attention4j.examples.training.Text;
import org.attention4j.pretrained.ModelDescription;
import org.attention4j.pretrained.Pretrained;

/** A language model that {@code --model} names: the one of the program, or that in a folder. */
final class CausalModel {
  private static final String GPT2 = "gpt2";
  private static final int GPT2_VOCABULARY = 50_257;

  private final String name;
  private final boolean builtIn;

  /**
   * Names a model.
   *
   * @param name the value of {@code --model}
   * @throws BadArgument if it is neither the built-in one's name nor a folder
   */
  CausalModel(String name) {
    this.name = name;
    builtIn = name.equals(CharacterModel.NAME);
    if (!builtIn && !Files.isDirectory(Path.of(name))) {
      throw new BadArgument(
          "--model %s is not a folder, nor %s, the model of the program."
              .formatted(name, CharacterModel.NAME));
    }
  }

  /** Whether it comes with the program. */
  boolean isBuiltIn() {
    return builtIn;
  }

  /** Begins to load it. */
  Pretrained.Builder builder() throws IOException {
    return builtIn ? CharacterModel.trained() : Pretrained.from(Path.of(name));
  }

  /** The length of the windows it was trained on, as far as that is known, up to a limit. */
  int trainedContext(ModelDescription description, int limit) {
    return builtIn ? CharacterModel.CONTEXT : Math.min(description.maxLength(), limit);
  }

  /** Refuses what is no language model. */
  void require(ModelDescription description) {
    if (!description.languageModel()) {
      throw new BadArgument(
          "--model %s holds a %s but must hold a language model."
              .formatted(name, description.family()));
    }
  }

  /** The tokens of a text, at least two. */
  int[] tokens(ModelDescription description, String text) throws IOException {
    int[] tokens = encode(description, text);
    if (tokens.length < 2) {
      throw new BadArgument(
          "--text has %s but must have at least 2."
              .formatted(Numbers.count(tokens.length, "token")));
    }
    int largest = Arrays.stream(tokens).max().getAsInt();
    if (largest >= description.vocabulary()) {
      throw new BadArgument(
          "--model %s: the tokenizer gives token %d but the model has tokens up to %d."
              .formatted(name, largest, description.vocabulary() - 1));
    }
    return tokens;
  }

  private int[] encode(ModelDescription description, String text) throws IOException {
    if (builtIn) {
      return symbols(Alphabet.encode(text));
    }
    Path file = Path.of(name).resolve(JsonTokenizer.FILE);
    if (Files.isRegularFile(file)) {
      try (InputStream content = new BufferedInputStream(Files.newInputStream(file));
          JsonTokenizer tokenizer = JsonTokenizer.whole(file.toString(), content)) {
        return tokenizer.encode(text);
      }
    }
    if (description.family().equals(GPT2) && description.vocabulary() == GPT2_VOCABULARY) {
      return Tokenizer.gpt2().encode(text);
    }
    throw new BadArgument(
        "--model %s must hold %s, the tokenizer.".formatted(name, JsonTokenizer.FILE));
  }

  /** The symbols of a text, which are the tokens of the built-in model. */
  static int[] symbols(Text text) {
    int[] symbols = new int[text.length()];
    for (int i = 0; i < symbols.length; i++) {
      symbols[i] = text.symbol(i);
    }
    return symbols;
  }
}
