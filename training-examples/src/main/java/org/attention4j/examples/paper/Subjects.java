package org.attention4j.examples.paper;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import org.attention4j.examples.models.JsonTokenizer;
import org.attention4j.examples.models.MiniLmFiles;
import org.attention4j.examples.models.ModelTokens;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.Digest;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.training.Alphabet;
import org.attention4j.examples.training.CharacterModel;
import org.attention4j.examples.training.Text;
import org.attention4j.layers.TokenEmbedding;
import org.attention4j.pretrained.ModelDescription;
import org.attention4j.pretrained.ModelFileException;
import org.attention4j.pretrained.Pretrained;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Makes networks and windows of what a user names. */
final class Subjects {
  /** A text has at least one token for so many characters, with room to spare. */
  private static final int CHARACTERS_PER_TOKEN = 12;

  /** The input that the models of compare have. */
  private static final String CHARACTERS = "characters";

  /** How files of NumPy begin. */
  private static final byte[] NPY = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

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

  private static String fingerprint(Model network, int text) {
    INDArray parameters = network.params();
    return Digest.of(
        "%d %s %s %d"
            .formatted(
                parameters.length(),
                parameters.sumNumber(),
                parameters.norm2Number().doubleValue(),
                text));
  }

  /**
   * A network that was saved by Deeplearning4j.
   *
   * @param file the file
   * @return a MultiLayerNetwork or a ComputationGraph
   */
  static Model restored(Path file) {
    requireFile("--network", file);
    try {
      return ModelSerializer.restoreMultiLayerNetwork(file.toFile(), false);
    } catch (IOException | RuntimeException layers) {
      try {
        return ModelSerializer.restoreComputationGraph(file.toFile(), false);
      } catch (IOException | RuntimeException graph) {
        graph.addSuppressed(layers);
        throw new BadArgument(
            "--network %s is no network that Deeplearning4j saved.".formatted(file), graph);
      }
    }
  }

  /** Whether a network reads characters as those of compare do. */
  static boolean readsCharacters(Model network) {
    return network instanceof ComputationGraph graph
        && graph.getConfiguration().getNetworkInputs().equals(List.of(CHARACTERS))
        && graph.getVertices().length > 1
        && graph.getConfiguration().getVertices().values().stream()
            .anyMatch(
                vertex ->
                    vertex instanceof LayerVertex layer
                        && layer.getLayerConf().getLayer() instanceof TokenEmbedding embedding
                        && embedding.getNIn() == Alphabet.SIZE);
  }

  /**
   * A network that reads characters, and is asked for the next one at each step.
   *
   * @param network the network
   * @param name what it is
   * @param text what it reads
   * @param textName what that is
   * @param windows how many
   * @param longest the steps of a window
   */
  static Subject characters(
      Model network, String name, Text text, String textName, int windows, int longest) {
    if (text.length() < (long) windows * (longest + 1)) {
      throw new BadArgument(
          "--text has %s for validation but must have at least %d, for %s of %d."
              .formatted(
                  Numbers.count(text.length(), "character"),
                  (long) windows * (longest + 1),
                  Numbers.count(windows, "window"),
                  longest + 1));
    }
    int stride = text.length() / windows;
    return new Subject(
        name,
        "%s, %s for validation".formatted(textName, Numbers.count(text.length(), "character")),
        fingerprint(network, text.contentHash()),
        network,
        longest,
        windows,
        (index, length) ->
            new Subject.Window(
                symbols(text, index * stride, length), symbols(text, index * stride + 1, length)));
  }

  private static INDArray symbols(Text text, int from, int length) {
    float[] symbols = new float[length];
    for (int i = 0; i < length; i++) {
      symbols[i] = text.symbol(from + i);
    }
    return Nd4j.create(symbols, new long[] {1, 1, length}, 'c');
  }

  /**
   * A network on arrays of its user: each example is a window.
   *
   * @param network the network
   * @param name what it is
   * @param input features [b, …, T]
   * @param labels of these, with steps as last dimension if they have more than two; null for none
   * @param windows how many examples to take at most
   * @param longest the steps of a window
   */
  static Subject arrays(
      Model network,
      String name,
      INDArray input,
      @Nullable INDArray labels,
      int windows,
      int longest) {
    long steps = input.size(input.rank() - 1);
    if (input.rank() < 2 || longest > steps) {
      throw new BadArgument(
          "--lengths has %d but must have at most the %d steps of --input, whose shape is %s."
              .formatted(longest, steps, Arrays.toString(input.shape())));
    }
    if (labels != null && labels.size(0) != input.size(0)) {
      throw new BadArgument(
          "--labels has %d examples but must have as many as --input, %d."
              .formatted(labels.size(0), input.size(0)));
    }
    return new Subject(
        name,
        "%s of shape %s"
            .formatted(Numbers.count(input.size(0), "example"), Arrays.toString(input.shape())),
        fingerprint(network, Objects.hash(digest(input), labels == null ? 0 : digest(labels))),
        network,
        longest,
        (int) Math.min(windows, input.size(0)),
        (index, length) ->
            new Subject.Window(
                cut(input, index, length, steps),
                labels == null ? null : cut(labels, index, length, steps)));
  }

  private static int digest(INDArray array) {
    return Objects.hash(
        Arrays.hashCode(array.shape()),
        array.sumNumber().doubleValue(),
        array.norm2Number().doubleValue());
  }

  /** One example; its first steps if its last dimension has as many as the input. */
  private static INDArray cut(INDArray array, int index, int length, long steps) {
    INDArrayIndex[] indices = new INDArrayIndex[array.rank()];
    Arrays.fill(indices, NDArrayIndex.all());
    indices[0] = NDArrayIndex.interval(index, index + 1L);
    if (array.size(array.rank() - 1) == steps) {
      indices[array.rank() - 1] = NDArrayIndex.interval(0, length);
    }
    return array.get(indices).dup('c');
  }

  /**
   * Reads an array.
   *
   * @param option the option that names the file
   * @param file NumPy's {@code .npy}, or {@code .bin} as {@code Nd4j.saveBinary} writes it
   */
  static INDArray array(String option, Path file) {
    requireFile(option, file);
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (!name.endsWith(".npy") && !name.endsWith(".bin")) {
      throw new BadArgument(
          "%s %s must end with .npy or .bin (as Nd4j.saveBinary writes it)."
              .formatted(option, file));
    }
    try {
      if (name.endsWith(".npy")) {
        requireMagic(option, file); // ND4J reads any bytes as a header
      }
      return name.endsWith(".npy")
          ? Nd4j.createFromNpyFile(file.toFile())
          : Nd4j.readBinary(file.toFile());
    } catch (BadArgument e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new BadArgument("%s %s holds no array.".formatted(option, file), e);
    }
  }

  static void requireFile(String option, Path file) {
    if (!Files.isRegularFile(file)) {
      throw new BadArgument("%s %s is not a file.".formatted(option, file));
    }
  }

  static void requireFolder(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new BadArgument("--model %s is not a folder.".formatted(folder));
    }
  }

  private static void requireMagic(String option, Path file) throws IOException {
    try (InputStream content = Files.newInputStream(file)) {
      if (!Arrays.equals(content.readNBytes(NPY.length), NPY)) {
        throw new BadArgument("%s %s holds no array.".formatted(option, file));
      }
    }
  }

  /** The powers of two from 32 to a length, and the length itself. */
  static int[] lengths(int longest) {
    List<Integer> lengths = new ArrayList<>();
    for (int length = 32; length < longest; length *= 2) {
      lengths.add(length);
    }
    lengths.add(longest);
    return lengths.stream().mapToInt(i -> i).toArray();
  }
}
