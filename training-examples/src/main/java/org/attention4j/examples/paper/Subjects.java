package org.attention4j.examples.paper;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.attention4j.examples.models.JsonTokenizer;
import org.attention4j.examples.models.MiniLmFiles;
import org.attention4j.examples.models.ModelTokens;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.Digest;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.training.Alphabet;
import org.attention4j.examples.training.CharacterModel;
import org.attention4j.pretrained.ModelDescription;
import org.attention4j.pretrained.ModelFileException;
import org.attention4j.pretrained.Pretrained;
import org.deeplearning4j.nn.api.Model;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Published models on windows of text. */
final class Subjects {
  /** A text has at least one token for so many characters, with room to spare. */
  private static final int CHARACTERS_PER_TOKEN = 12;

  private Subjects() {}

  /**
   * MiniLM, whose windows stand between [CLS] and [SEP].
   *
   * @param documents its text
   * @param name what the text is
   * @param windows how many
   * @param longest the steps of a window
   */
  static Subject miniLm(List<String> documents, String name, int windows, int longest)
      throws IOException {
    requireLength(longest, MiniLmFiles.MAX_LENGTH, "MiniLM");
    int[][] tokens;
    try (JsonTokenizer tokenizer = MiniLmFiles.tokenizer(0)) {
      tokens =
          new int[][] {tokenizer.encode(""), tokenizer.encode(sample(documents, windows, longest))};
    }
    return ofTokens(
        "MiniLM (all-MiniLM-L6-v2)",
        name,
        MiniLmFiles.network(),
        false,
        tokens[0],
        tokens[1],
        windows,
        longest);
  }

  /**
   * A published model in a folder.
   *
   * @param folder the folder
   * @param documents its text
   * @param name what the text is
   * @param windows how many
   * @param wanted the steps of a window, of the most that the model was trained for
   */
  static Subject folder(
      Path folder, List<String> documents, String name, int windows, IntUnaryOperator wanted)
      throws IOException {
    try {
      Pretrained model = Pretrained.load(folder);
      ModelDescription description = model.description();
      int longest = wanted.applyAsInt(description.maxLength());
      requireLength(longest, description.maxLength(), "the model");
      int[][] tokens = ModelTokens.of(description, folder, "", sample(documents, windows, longest));
      return ofTokens(
          "%s, %d blocks, %d features"
              .formatted(description.family(), description.blocks(), description.size()),
          name,
          model.network(),
          description.languageModel(),
          tokens[0],
          tokens[1],
          windows,
          longest);
    } catch (ModelFileException e) {
      throw new BadArgument("--model " + e.getMessage(), e);
    }
  }

  /**
   * The character model that comes with the program.
   *
   * @param documents its text
   * @param name what the text is
   * @param windows how many
   * @param wanted the steps of a window, of those of its training
   */
  static Subject characters(
      List<String> documents, String name, int windows, IntUnaryOperator wanted)
      throws IOException {
    Pretrained model = CharacterModel.trained().load();
    int longest = wanted.applyAsInt(CharacterModel.CONTEXT);
    requireLength(longest, model.description().maxLength(), "the model");
    return ofTokens(
        "the character model of the program",
        name,
        model.network(),
        true,
        new int[0],
        Alphabet.encode(sample(documents, windows, longest)).symbols(),
        windows,
        longest);
  }

  private static void requireLength(int longest, int most, String model) {
    if (longest > most) {
      throw new BadArgument(
          "--lengths has %d but must have at most %d, which %s was trained for."
              .formatted(longest, most, model));
    }
  }

  /** Documents at even distances, as many as the windows need. */
  private static String sample(List<String> documents, int windows, int longest) {
    long wanted = (long) CHARACTERS_PER_TOKEN * (windows + 1) * longest;
    int stride = Math.max(1, documents.size() / Math.max(1, 8 * windows));
    StringBuilder text = new StringBuilder();
    for (int first = 0; first < stride && text.length() < wanted; first++) {
      for (int i = first; i < documents.size() && text.length() < wanted; i += stride) {
        text.append(documents.get(i)).append("\n\n");
      }
    }
    return text.toString();
  }

  /**
   * Windows of tokens at even distances. An encoder gets each between the tokens that its tokenizer
   * puts around a text; a language model is asked for the next token at each step.
   */
  private static Subject ofTokens(
      String name,
      String text,
      Model network,
      boolean languageModel,
      int[] around,
      int[] encoded,
      int windows,
      int longest) {
    boolean framed = !languageModel && around.length == 2;
    int[] tokens = framed ? Arrays.copyOfRange(encoded, 1, encoded.length - 1) : encoded;
    int own = framed ? longest - 2 : longest + 1; // a language model is asked for one more
    if (tokens.length < windows * own) {
      throw new BadArgument(
          "--text has %s but must have at least %d, for %s of %d."
              .formatted(
                  Numbers.count(tokens.length, "token"),
                  windows * own,
                  Numbers.count(windows, "window"),
                  own));
    }
    int stride = tokens.length / windows;
    Subject.Source source =
        (index, length) -> {
          int from = index * stride;
          if (framed) {
            int[] ids = new int[length];
            ids[0] = around[0];
            System.arraycopy(tokens, from, ids, 1, length - 2);
            ids[length - 1] = around[1];
            return new Subject.Window(row(ids), null);
          }
          return new Subject.Window(
              row(Arrays.copyOfRange(tokens, from, from + length)),
              languageModel ? row(Arrays.copyOfRange(tokens, from + 1, from + length + 1)) : null);
        };
    return new Subject(
        name,
        "%s, %s".formatted(text, Numbers.count(tokens.length, "token")),
        fingerprint(network, Arrays.hashCode(tokens)),
        network,
        longest,
        windows,
        source);
  }

  private static INDArray row(int[] ids) {
    return Nd4j.createFromArray(ids).reshape(1, ids.length);
  }

  /** What tells a network with its input from others. */
  static String fingerprint(Model network, int text) {
    INDArray parameters = network.params();
    return Digest.of(
        "%d %s %s %d"
            .formatted(
                parameters.length(),
                parameters.sumNumber(),
                parameters.norm2Number().doubleValue(),
                text));
  }
}
