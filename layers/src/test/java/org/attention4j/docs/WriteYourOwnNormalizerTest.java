package org.attention4j.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerProvider;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.normalizer.RowEvaluation;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/**
 * What the page shows its reader compiles, trains, comes back from a file and keeps the contract.
 */
class WriteYourOwnNormalizerTest {
  private static final String PACKAGE = "com.example.attention.";
  private static final double[] SCORES = {-3, 0, 3, Double.NaN, 40};

  @TempDir static Path directory;
  private static Page page;
  private static ClassLoader before;
  private static URLClassLoader classes;

  @BeforeAll
  static void compile() throws IOException {
    page = Page.read("write-your-own-normalizer.md");
    Path services = Files.createDirectories(directory.resolve("META-INF").resolve("services"));
    Files.writeString(
        services.resolve(NormalizerProvider.class.getName()), page.blocks("text").get(0));
    before = Thread.currentThread().getContextClassLoader();
    classes = CompiledPage.compile(page, directory);
    Thread.currentThread().setContextClassLoader(classes);
  }

  @AfterAll
  static void close() throws IOException {
    Thread.currentThread().setContextClassLoader(before);
    if (classes != null) {
      classes.close();
    }
  }

  @Test
  void theLambdaIsTheFormula() throws ReflectiveOperationException {
    Normalizer lambda = (Normalizer) load("Sketch").getField("SOFTCAP").get(null);

    assertIsCappedSoftmax(lambda, 50);
  }

  @Test
  void theJsonMakesTheClassAndTheClassIsTheFormula() throws ReflectiveOperationException {
    Normalizer fromJson = fromPage();

    assertThat(fromJson)
        .isEqualTo(load("Softcap").getConstructor(double.class).newInstance(20.0))
        .isEqualTo(Normalizers.fromJson(Normalizers.toJson(fromJson)));
    assertIsCappedSoftmax(fromJson, 20);
  }

  @Test
  void aWrongOptionIsExplained() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Normalizers.fromJson("{\"type\":\"softcap\",\"cap\":0}"))
        .withMessage("Normalizer 'softcap': option 'cap' is 0.0 but must be positive and finite.");
  }

  @Test
  void aNetworkTrainsItAndComesBackFromAFile() throws IOException {
    MultiLayerNetwork network =
        TestNetworks.of(layer(fromPage())).learningRate(0.01).network(DataType.DOUBLE);
    INDArray input = Sequences.input(DataType.DOUBLE, Sizes.EXAMPLES, Sizes.STEPS);
    INDArray labels = Sequences.labels(DataType.DOUBLE, Sizes.EXAMPLES, Sizes.STEPS);
    INDArray mask = Sequences.mask(DataType.DOUBLE, Sizes.EXAMPLES, Sizes.STEPS);
    DataSet batch = new DataSet(input, labels, mask, mask);
    INDArray capBefore = network.getLayer(0).getParam("logCap").dup();
    double scoreBefore = network.score(batch);

    network.fit(batch);

    assertThat(network.score(batch)).isLessThan(scoreBefore);
    assertThat(network.getLayer(0).getParam("logCap")).isNotEqualTo(capBefore);
    Path file = directory.resolve("network.zip");
    network.save(file.toFile());
    MultiLayerNetwork loaded = MultiLayerNetwork.load(file.toFile(), true);
    assertThat(loaded.params()).isEqualTo(network.params());
    assertThat(loaded.output(input, false, mask, mask))
        .isEqualTo(network.output(input, false, mask, mask));
  }

  @Test
  void theContractTestOfThePagePasses() throws ReflectiveOperationException {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(DiscoverySelectors.selectClass(load("SoftcapTest")))
            .build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    Launcher launcher = LauncherFactory.create();

    launcher.execute(request, listener);

    TestExecutionSummary summary = listener.getSummary();
    StringWriter failures = new StringWriter();
    summary.printFailuresTo(new PrintWriter(failures, true));
    assertThat(summary.getTotalFailureCount()).as(failures.toString()).isZero();
    assertThat(summary.getTestsSucceededCount()).isPositive();
  }

  private static Class<?> load(String name) throws ClassNotFoundException {
    return classes.loadClass(PACKAGE + name);
  }

  private static Normalizer fromPage() {
    return Normalizers.fromJson(page.blocks("json").get(0));
  }

  private static SelfAttentionLayer layer(Normalizer normalizer) {
    return new SelfAttentionLayer.Builder()
        .nOut(Sizes.OUT)
        .nHeads(Sizes.HEADS)
        .projectInput(true)
        .normalizer(normalizer)
        .build();
  }

  private static void assertIsCappedSoftmax(Normalizer normalizer, double cap) {
    RowEvaluation row =
        RowEvaluation.of(normalizer, SCORES, new double[SCORES.length], DataType.DOUBLE);
    double sum = 0;
    for (double score : SCORES) {
      sum += exponential(score, cap);
    }
    for (int key = 0; key < SCORES.length; key++) {
      assertThat(row.weights().get(key))
          .isCloseTo(exponential(SCORES[key], cap) / sum, within(1e-12));
    }
  }

  private static double exponential(double score, double cap) {
    return Double.isNaN(score) ? 0 : Math.exp(cap * Math.tanh(score / cap));
  }
}
