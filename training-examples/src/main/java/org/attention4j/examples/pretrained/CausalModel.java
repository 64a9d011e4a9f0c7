package org.attention4j.examples.pretrained;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.attention4j.examples.models.ModelTokens;
import org.attention4j.examples.models.Tokenizer;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.training.Alphabet;
import org.attention4j.examples.training.CharacterModel;
import org.attention4j.pretrained.ModelDescription;
import org.attention4j.pretrained.ModelFileException;
import org.attention4j.pretrained.Pretrained;

/** A language model that {@code --model} names: the one of the program, or that in a folder. */
final class CausalModel {
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
    if (name.isBlank()) {
      throw new BadArgument(
          "--model is '%s' but must be a folder or %s.".formatted(name, CharacterModel.NAME));
    }
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

  /**
   * Loads it.
   *
   * @throws BadArgument if it cannot be loaded, or is no language model
   */
  Pretrained load() throws IOException {
    try {
      Pretrained model = builder().load();
      require(model.description());
      return model;
    } catch (ModelFileException e) {
      throw new BadArgument("--model " + e.getMessage(), e);
    }
  }

  /** The length of the windows it was trained on, as far as that is known, up to a limit. */
  int trainedContext(ModelDescription description, int limit) {
    return builtIn ? CharacterModel.CONTEXT : Math.min(description.maxLength(), limit);
  }

  /**
   * How many tokens it sees at most.
   *
   * @param wanted 0 for the usual
   * @param limit the usual is at most this
   */
  int context(ModelDescription description, int wanted, int limit) {
    if (wanted > description.maxLength()) {
      throw new BadArgument(
          "--context is %d but must be at most %d, which the model was trained for."
              .formatted(wanted, description.maxLength()));
    }
    return wanted == 0 ? trainedContext(description, limit) : wanted;
  }

  /** Refuses what is no language model. */
  void require(ModelDescription description) {
    if (!description.languageModel()) {
      throw new BadArgument(
          "--model %s holds a %s but must hold a language model."
              .formatted(name, description.family()));
    }
  }

  /** Its tokenizer. */
  Tokenizer tokenizer(ModelDescription description) throws IOException {
    try {
      return builtIn ? new Characters() : ModelTokens.tokenizer(description, Path.of(name));
    } catch (ModelFileException e) {
      throw new BadArgument("--model " + e.getMessage(), e);
    }
  }

  /** The tokens of a text, all of which the model knows. */
  int[] encode(Tokenizer tokenizer, ModelDescription description, String text) {
    return ModelTokens.encode(tokenizer, description, Path.of(name), text);
  }

  /** The tokens of a text, at least two. */
  int[] tokens(ModelDescription description, String text) throws IOException {
    try (Tokenizer tokenizer = tokenizer(description)) {
      int[] tokens = encode(tokenizer, description, text);
      if (tokens.length < 2) {
        throw new BadArgument(
            "--text has %s but must have at least 2."
                .formatted(Numbers.count(tokens.length, "token")));
      }
      return tokens;
    }
  }

  /** The tokens of the built-in model are the symbols of its alphabet. */
  private static final class Characters implements Tokenizer {
    @Override
    public int[] encode(String text) {
      return Alphabet.encode(text).symbols();
    }

    @Override
    public String decode(int[] tokens) {
      StringBuilder text = new StringBuilder();
      for (int token : tokens) {
        text.append(token == Alphabet.OTHER ? '\ufffd' : Alphabet.character(token));
      }
      return text.toString();
    }

    @Override
    public void close() {}
  }
}
