package org.attention4j.examples.paper;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.training.Alphabet;
import org.attention4j.examples.training.Text;
import org.attention4j.layers.TokenEmbedding;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Networks that Deeplearning4j saved, on characters or on arrays of their user. */
final class SavedSubjects {
  /** The input that the models of compare have. */
  private static final String CHARACTERS = "characters";

  private SavedSubjects() {}

  /**
   * A network that was saved by Deeplearning4j.
   *
   * @param file the file
   * @return a MultiLayerNetwork or a ComputationGraph
   */
  static Model restored(Path file) {
    InputFiles.requireFile("--network", file);
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
        Subjects.fingerprint(network, text.contentHash()),
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
        Subjects.fingerprint(
            network, Objects.hash(digest(input), labels == null ? 0 : digest(labels))),
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
}
