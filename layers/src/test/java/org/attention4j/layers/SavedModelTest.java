package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.attention4j.monitor.LogCapture;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerContext;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ISchedule;

/** Saving loses nothing: neither what stands in the file nor a network that cannot be read. */
class SavedModelTest {
  private static final String LAMBDA = "has no type name and cannot be saved";

  @TempDir Path directory;

  private static Normalizer lambda() {
    return (sd, z, context) -> sd.nn.softmax(z, NormalizerContext.KEYS);
  }

  private static SelfAttentionLayer attention(Normalizer normalizer) {
    return new SelfAttentionLayer.Builder()
        .nOut(Sizes.OUT)
        .nHeads(2)
        .projectInput(true)
        .normalizer(normalizer)
        .name("mine")
        .build();
  }

  private static MultiLayerNetwork network(Normalizer normalizer) {
    return TestNetworks.of(attention(normalizer)).updater(new Adam(0.01)).network(DataType.FLOAT);
  }

  private static ComputationGraph graph(Normalizer normalizer) {
    return TestNetworks.of(
            new AttentionVertex.Builder()
                .nInQueries(5)
                .nInKeys(7)
                .nInValues(11)
                .nOut(14)
                .projectInput(true)
                .normalizer(normalizer)
                .build(),
            0,
            1,
            2)
        .normedInputs()
        .graph(DataType.FLOAT);
  }

  /** A type for which there is no provider: written without a complaint, and never read again. */
  record Homeless() implements Normalizer {
    @Override
    public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
      return sd.nn.softmax(scores, NormalizerContext.KEYS);
    }

    @Override
    public String type() {
      return "homeless";
    }
  }

  /** An option that JSON cannot hold. */
  record Unwritable() implements Normalizer {
    @Override
    public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
      return sd.nn.softmax(scores, NormalizerContext.KEYS);
    }

    @Override
    public String type() {
      return "unwritable";
    }

    @Override
    public Map<String, Object> options() {
      return Map.of("graph", new Object());
    }
  }

  record Unsaved(Model model, String said) {
    @Override
    public String toString() {
      return model.getClass().getSimpleName() + " " + said;
    }
  }

  static Stream<Unsaved> unsavable() {
    ISchedule anonymous =
        new ISchedule() {
          @Override
          public double valueAt(int iteration, int epoch) {
            return 0.1;
          }

          @Override
          public ISchedule clone() {
            return this;
          }
        };
    return Stream.of(
        new Unsaved(network(lambda()), LAMBDA),
        new Unsaved(graph(lambda()), LAMBDA),
        new Unsaved(network(Normalizers.scaledByLogLength(lambda())), LAMBDA),
        new Unsaved(network(new Homeless()), "There is no normalizer 'homeless'"),
        new Unsaved(network(new Unwritable()), "There is no normalizer 'unwritable'"),
        new Unsaved(
            TestNetworks.of(attention(Normalizers.softmax()))
                .updater(new Sgd(anonymous))
                .network(DataType.FLOAT),
            "SavedModelTest$"));
  }

  @ParameterizedTest
  @MethodSource("unsavable")
  void whatCannotBeReadAgainLeavesTheFileAsItIs(Unsaved unsaved) throws IOException {
    Path file = directory.resolve("model.zip");
    SavedModel.write(network(Normalizers.ssmax()), file, true);
    byte[] before = Files.readAllBytes(file);
    assertThat(before).hasSizeGreaterThan(1000);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SavedModel.write(unsaved.model(), file, true))
        .withMessageStartingWith("The network cannot be saved: ")
        .withMessageContaining(unsaved.said());
    assertThat(file).hasBinaryContent(before);
    assertThat(directory.toFile().list()).containsExactly("model.zip");
  }

  @Test
  void whatIsSavedIsReadByDeeplearning4j() throws IOException {
    Path file = directory.resolve("model.zip");
    MultiLayerNetwork network = network(Normalizers.ssmax());
    INDArray x = Sequences.input(DataType.FLOAT, 3, 11);
    network.fit(x, Sequences.labels(DataType.FLOAT, 3, 11));
    NormalizerStandardize normalization =
        new NormalizerStandardize(Nd4j.ones(1, 5), Nd4j.ones(1, 5));
    SavedModel.write(network, file, true, normalization);
    var read = ModelSerializer.restoreMultiLayerNetworkAndNormalizer(file.toFile(), true);
    assertThat(read.getFirst().params()).isEqualTo(network.params());
    assertThat(read.getFirst().getUpdater().getStateViewArray())
        .isEqualTo(network.getUpdater().getStateViewArray());
    assertThat(read.getFirst().output(x)).isEqualTo(network.output(x));
    assertThat(read.getSecond()).isEqualTo(normalization);

    SavedModel.write(network, file, false);
    assertThat(MultiLayerNetwork.load(file.toFile(), true).getUpdater().getStateViewArray())
        .isNotEqualTo(network.getUpdater().getStateViewArray());

    ComputationGraph graph = graph(Normalizers.entmax15());
    SavedModel.write(graph, file, true);
    assertThat(ComputationGraph.load(file.toFile(), true).params()).isEqualTo(graph.params());
    assertThat(directory.toFile().list()).containsExactly("model.zip");
  }

  /** What breaks half-way, as a full disk would. */
  @Test
  void aFailureWhileWritingLeavesTheFileAsItIs() throws IOException {
    Path file = directory.resolve("model.zip");
    Files.writeString(file, "old");
    MultiLayerNetwork broken =
        new MultiLayerNetwork(network(Normalizers.softmax()).getLayerWiseConfigurations()) {
          @Override
          public INDArray params() {
            throw new IllegalStateException("no params");
          }
        };
    org.assertj.core.api.Assertions.assertThatIllegalStateException()
        .isThrownBy(() -> SavedModel.write(broken, file, true))
        .withMessage("no params");
    assertThat(file).hasContent("old");
    assertThat(directory.toFile().list()).containsExactly("model.zip");
  }

  @Test
  void aLinkStaysALink() throws IOException {
    Path file = Files.writeString(directory.resolve("model.zip"), "old");
    Path link = Files.createSymbolicLink(directory.resolve("newest"), file);
    MultiLayerNetwork network = network(Normalizers.softmax());
    SavedModel.write(network, link, false);
    assertThat(link).isSymbolicLink();
    assertThat(MultiLayerNetwork.load(file.toFile(), false).params()).isEqualTo(network.params());
  }

  @Test
  void aDirectoryAndAMissingOneAreToldSo() {
    MultiLayerNetwork network = network(Normalizers.softmax());
    assertThatIOException()
        .isThrownBy(() -> SavedModel.write(network, directory, false))
        .withMessageContaining("must be a file, not a directory");
    assertThatIOException()
        .isThrownBy(() -> SavedModel.write(network, directory.resolve("no/model.zip"), false))
        .withMessageContaining("no");
  }

  @Test
  void noNetworkIsToldSo() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SavedModel.check(null))
        .withMessage(
            "The network cannot be saved: the model is null but must be a MultiLayerNetwork or a"
                + " ComputationGraph.");
  }

  @Test
  void aWarningWhenTheNetworkIsBuilt() {
    try (LogCapture log = new LogCapture()) {
      network(lambda());
      assertThat(log.lines("SelfAttentionLayer 'mine': a network with this normalizer cannot be"))
          .isOne();
      assertThat(log.lines(LAMBDA)).isOne();
      assertThat(log.lines("SavedModel.write")).isOne();
      graph(lambda());
      assertThat(log.lines("AttentionVertex 'attention': a network with this")).isOne();
      network(new Homeless());
      assertThat(log.lines("There is no normalizer 'homeless'")).isOne();
    }
    try (LogCapture log = new LogCapture()) {
      MultiLayerNetwork copy = network(lambda()).clone();
      assertThat(copy.getnLayers()).isPositive();
      assertThat(log.lines("cannot be saved.")).as("not for each copy").isOne();
      network(Normalizers.ssmax());
      graph(Normalizers.entmax(1.3));
      assertThat(log.lines("cannot be saved.")).isOne();
    }
  }

  /** Why this class is needed: the stock serializer empties the file first. */
  @Test
  void theStockSerializerEmptiesTheFile() throws IOException {
    File file = Files.writeString(directory.resolve("model.zip"), "old").toFile();
    MultiLayerNetwork network = network(lambda());
    assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> network.save(file)))
        .hasMessageContaining(LAMBDA);
    assertThat(file).isEmpty();
  }
}
