package org.attention4j.examples.paper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVRecord;
import org.attention4j.examples.CommandLineRun;
import org.attention4j.examples.StudyFiles;
import org.attention4j.examples.models.SmallGpt2;
import org.attention4j.examples.report.PageCharts;
import org.attention4j.examples.report.Plot;
import org.attention4j.examples.support.NamedAttention;
import org.attention4j.examples.training.LanguageModel;
import org.attention4j.examples.training.Settings;
import org.attention4j.layers.SavedModel;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.pretrained.Pretrained;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The command {@code paper} on small random networks. */
class PaperCommandTest {
  private static final int VOCABULARY = 97;
  private static final int LENGTH = SmallGpt2.LENGTH;

  @TempDir private Path directory;

  private Path folder;
  private Path out;
  private int[] tokens;

  @BeforeEach
  void prepare() throws IOException {
    folder = Files.createDirectories(directory.resolve("model"));
    out = directory.resolve("out");
    tokens = new Random(7).ints(3L * (LENGTH + 1), 0, VOCABULARY).toArray();
  }

  private Path text() throws IOException {
    return Files.writeString(
        directory.resolve("text.txt"),
        IntStream.of(tokens).mapToObj(i -> "w" + i).collect(Collectors.joining(" ")));
  }

  private CommandLineRun run(String... more) {
    String[] usual = {"paper", "--threads=1", "--out=" + out};
    return CommandLineRun.of(Stream.of(usual, more).flatMap(Arrays::stream).toArray(String[]::new));
  }

  private CommandLineRun runOnFolder(String... more) throws IOException {
    new SmallGpt2(VOCABULARY).write(folder);
    SmallGpt2.writeTokenizer(folder, VOCABULARY);
    String[] usual = {"--quick", "--model=" + folder, "--text=" + text(), "--windows=3"};
    return run(Stream.of(usual, more).flatMap(Arrays::stream).toArray(String[]::new));
  }

  private static void assertDone(CommandLineRun run) {
    assertThat(run.err()).doesNotContain("Exception", "WARN");
    assertThat(run.status()).as(run.err()).isZero();
  }

  @Test
  void aPublishedModelLeavesPageAndNumbers() throws IOException {
    CommandLineRun run = runOnFolder("--lengths=5," + LENGTH);
    assertDone(run);
    assertThat(run.out().lines()).hasSize(10);
    assertThat(run.out())
        .contains(
            "Distance against N: ",
            "L = 13 is too short",
            "(2 heads, 3 rows each). Open.",
            "report: ");
    assertThat(run.out().lines().filter(line -> line.startsWith("Critical N at ")))
        .as("two heads carry no verdict")
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).endsWith("Open."));
    // N = 1 and 2 at L = 5, and 1, 2, 3, 4 and 5 at L = 13 (3 is a quarter of it); two heads.
    List<CSVRecord> heads = StudyFiles.read(out.resolve("heads.csv"));
    assertThat(heads).hasSize(2 * (2 + 5));
    assertThat(heads).allSatisfy(row -> assertThat(row.get("rows")).isEqualTo("3"));
    for (CSVRecord row : heads) {
      double distance = Double.parseDouble(row.get("distance"));
      assertThat(distance).isLessThanOrEqualTo(Double.parseDouble(row.get("distance_bound")));
      assertThat(Double.parseDouble(row.get("separable_share")))
          .isBetween(Double.parseDouble(row.get("separable_lower")) - 1e-9, 1.0);
    }
    assertThat(StudyFiles.read(out.resolve("sensitivity.csv")))
        .hasSize(2 * 3 * PaperSettings.TEMPERATURES.length)
        .allSatisfy(
            row -> {
              double t = Double.parseDouble(row.get("temperature"));
              double epsilon = Double.parseDouble(row.get("epsilon"));
              assertThat(Double.parseDouble(row.get("g")))
                  .isBetween(0.0, Math.min(1 / (2 * t), Math.sqrt(2) / epsilon) * 1.0001);
            });
    assertThat(StudyFiles.rows(out, "critical.csv")).isEqualTo(2 + 5);
    assertThat(Files.readString(out.resolve("claims.json")))
        .contains("\"verdict\" : \"OPEN\"", "N that suffices, weights kept");
    assertChartsShowTheFiles(heads);
    StudyFiles.assertPage(out, "Theorem 2", "1/(4T)", "gpt2, 1 blocks, 6 features");
  }

  /** Four blocks of four heads. */
  @Test
  void theCharacterModelOfTheProgramNeedsNoFile() throws IOException {
    CommandLineRun run = run("--quick", "--model=characters", "--lengths=11,17", "--windows=3");
    assertDone(run);
    assertThat(run.out()).contains("(16 heads, 3 rows each)");
    StudyFiles.assertPage(out, "the character model of the program");
    assertThat(StudyFiles.read(out.resolve("restriction.csv")))
        .isNotEmpty()
        .allSatisfy(row -> assertThat(Double.parseDouble(row.get("loss"))).isPositive());
  }

  /** The numbers of a chart, computed once more from the CSV file beside the page. */
  private void assertChartsShowTheFiles(List<CSVRecord> heads) throws IOException {
    Map<String, Plot> charts = PageCharts.of(Files.readString(out.resolve("report.html")));
    assertThat(charts.keySet())
        .contains(
            "distance-length",
            "distance-n",
            "critical-n",
            "separability",
            "sensitivity",
            "retrieval-weight",
            "restriction-kept");
    Plot.Curve curve = PageCharts.curve(charts.get("distance-n"), "the N largest");
    assertThat(curve.x()).containsExactly(1, 2, 3, 4, 5);
    for (int i = 0; i < curve.x().length; i++) {
      String n = Integer.toString(i + 1);
      double mean =
          heads.stream()
              .filter(row -> row.get("length").equals("13") && row.get("n").equals(n))
              .mapToDouble(row -> Double.parseDouble(row.get("distance")))
              .average()
              .orElseThrow();
      assertThat(curve.y()[i]).isCloseTo(mean, within(1e-12));
    }
  }

  /** Softmax whose weights are renormalised is top-k, with which a model can be loaded, too. */
  @Test
  void aRestrictionCostsWhatTopKCosts() throws IOException {
    assertDone(runOnFolder());
    double[] expected = new double[2];
    for (int i = 0; i < expected.length; i++) {
      Normalizer normalizer = i == 0 ? Normalizers.softmax() : Normalizers.topK(4);
      MultiLayerNetwork network = Pretrained.from(folder).normalizer(normalizer).load().network();
      for (int window = 0; window < 3; window++) {
        int from = window * (LENGTH + 1);
        expected[i] +=
            network.score(
                new DataSet(row(from, from + LENGTH), row(from + 1, from + 1 + LENGTH)), false);
      }
    }
    List<CSVRecord> rows = StudyFiles.read(out.resolve("restriction.csv"));
    assertThat(rows).hasSize(2); // N = 4 alone is below 13
    CSVRecord renormalised =
        rows.stream()
            .filter(row -> row.get("weights").equals("renormalised"))
            .findFirst()
            .orElseThrow();
    assertThat(renormalised.get("n")).isEqualTo("4");
    assertThat(Double.parseDouble(renormalised.get("loss")))
        .isCloseTo(expected[1] / 3, within(1e-4 * expected[1]));
    assertThat(Double.parseDouble(renormalised.get("cost")))
        .isCloseTo(expected[1] / expected[0] - 1, within(1e-4));
  }

  private INDArray row(int from, int to) {
    return Nd4j.createFromArray(Arrays.copyOfRange(tokens, from, to)).reshape(1, to - from);
  }

  @Test
  void whatIsKeptIsNotMeasuredAgain() throws IOException {
    assertDone(runOnFolder());
    byte[] first = Files.readAllBytes(out.resolve("heads.csv"));
    List<Path> kept;
    try (Stream<Path> files = Files.list(out.resolve("runs"))) {
      kept = files.sorted().toList();
    }
    assertThat(kept).hasSize(3 + 1 + 2);
    // A number that no measurement gives shows that the file is read.
    Path window =
        kept.stream().filter(file -> file.toString().contains("window1")).findFirst().orElseThrow();
    String content = Files.readString(window);
    Files.writeString(
        window, content.replaceAll("\"DISTANCE\":[0-9.E-]+", "\"DISTANCE\":1234567.0"));
    assertDone(runOnFolder("--resume"));
    assertThat(
            StudyFiles.read(out.resolve("heads.csv")).stream()
                .mapToDouble(row -> Double.parseDouble(row.get("distance"))))
        .allSatisfy(distance -> assertThat(distance).isGreaterThan(1234567 / 3.0));

    Files.writeString(window, content.substring(0, content.length() / 2));
    CommandLineRun again = runOnFolder("--resume");
    assertThat(again.status()).isZero();
    assertThat(again.err()).contains("is damaged", "What it held is computed again.");
    assertThat(Files.readAllBytes(out.resolve("heads.csv"))).isEqualTo(first);
    assertThat(Files.readString(window)).isEqualTo(content);
  }

  @Test
  void valuesAreAnotherGeometry() throws IOException {
    assertDone(runOnFolder("--lengths=13"));
    List<CSVRecord> inputs = StudyFiles.read(out.resolve("heads.csv"));
    assertDone(runOnFolder("--lengths=13", "--geometry=values", "--resume"));
    List<CSVRecord> values = StudyFiles.read(out.resolve("heads.csv"));
    for (int i = 0; i < inputs.size(); i++) {
      assertThat(values.get(i).get("mass")).isEqualTo(inputs.get(i).get("mass"));
      assertThat(values.get(i).get("recall")).isEqualTo(inputs.get(i).get("recall"));
      assertThat(values.get(i).get("distance")).isNotEqualTo(inputs.get(i).get("distance"));
    }
  }

  /** Five examples of 17 steps, with labels for each step and without labels. */
  @Test
  void aUsersOwnNetworkReadsArrays() throws IOException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .list()
                .layer(
                    new SelfAttentionLayer.Builder()
                        .nOut(6)
                        .nHeads(3)
                        .headSize(2)
                        .projectInput(true)
                        .normalizer(Normalizers.entmax15())
                        .build())
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.recurrent(4))
                .build());
    network.init();
    Path file = directory.resolve("network.zip");
    SavedModel.write(network, file, false);
    Nd4j.getRandom().setSeed(5);
    Path input = directory.resolve("input.npy");
    Nd4j.writeAsNumpy(Nd4j.randn(5, 4, 17), input.toFile());
    Path labels = directory.resolve("labels.bin");
    INDArray classes = Nd4j.zeros(5, 2, 17);
    classes.get(NDArrayIndex.all(), NDArrayIndex.point(1), NDArrayIndex.all()).assign(1);
    Nd4j.saveBinary(classes, labels.toFile());

    CommandLineRun run = run("--quick", "--network=" + file, "--input=" + input, "--lengths=8,17");
    assertDone(run);
    assertThat(run.out()).contains("(3 heads, 4 rows each)", "the output may move by 5 %");
    assertThat(run.out().lines().filter(line -> line.startsWith("N that suffices")))
        .as("without a loss there is no verdict on it")
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).endsWith("Open."));
    assertThat(StudyFiles.read(out.resolve("restriction.csv")))
        .isNotEmpty()
        .allSatisfy(row -> assertThat(row.get("loss")).isEmpty());

    CommandLineRun judged =
        run("--quick", "--network=" + file, "--input=" + input, "--labels=" + labels);
    assertDone(judged);
    assertThat(judged.out()).doesNotContain("the output may move by 5 %");
    assertThat(StudyFiles.read(out.resolve("restriction.csv")))
        .isNotEmpty()
        .allSatisfy(row -> assertThat(Double.parseDouble(row.get("loss"))).isPositive());

    assertRefused(
        run("--network=" + file),
        "reads no characters as the models of compare do, so it needs --input.");
    assertRefused(
        run("--network=" + file, "--input=" + input, "--lengths=18"),
        "--lengths has 18 but must have at most the 17 steps of --input, whose shape is [5, 4,"
            + " 17].");
    assertRefused(run("--network=" + file, "--input=" + file), "must end with .npy or .bin");
    Path broken = Files.writeString(directory.resolve("broken.npy"), "no array");
    assertRefused(run("--network=" + file, "--input=" + broken), "holds no array.");
  }

  @Test
  void aModelOfCompareReadsText() throws IOException {
    ComputationGraph model =
        LanguageModel.ofAnyLength(NamedAttention.parse("ssmax"), new Settings(16, 1, 2, 8, 2, 11));
    Path file = directory.resolve("model.zip");
    model.save(file.toFile(), false);
    Path text =
        Files.writeString(
            directory.resolve("letters.txt"),
            new Random(13)
                .ints(3000, 'a', 'z')
                .mapToObj(Character::toString)
                .collect(Collectors.joining()));
    CommandLineRun run = run("--quick", "--network=" + file, "--text=" + text, "--lengths=16,37");
    assertDone(run);
    assertThat(run.out()).contains("(4 heads, 2 rows each)");
    assertThat(StudyFiles.read(out.resolve("restriction.csv")))
        .allSatisfy(row -> assertThat(Double.parseDouble(row.get("loss"))).isPositive());
    assertRefused(
        run("--network=" + file, "--text=" + text),
        "--text has 300 characters for validation but must have at least 3078");
  }

  private static void assertRefused(CommandLineRun run, String sentence) {
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains(sentence).doesNotContain("Exception");
  }

  @Test
  void whatCannotBeUsedIsNamed() throws IOException {
    Path file = Files.writeString(directory.resolve("a-file"), "no network");
    assertRefused(run("--model=" + folder, "--network=" + file), "does not go with --model.");
    assertRefused(run("--input=" + file), "--input needs --network");
    assertRefused(run("--network=" + file, "--labels=" + file), "--labels needs --input");
    assertRefused(
        run("--network=" + file, "--input=" + file, "--text=" + file),
        "--text does not go with --input.");
    assertRefused(run("--text=" + Files.writeString(directory.resolve("empty"), " ")), "is empty.");
    assertRefused(run("--network=" + file, "--input=" + folder), "is not a file.");
    assertRefused(run("--windows=0"), "--windows is 0 but must be at least 1.");
    assertRefused(run("--geometry=cube"), "--geometry is 'cube' but must be input or values.");
    assertRefused(
        run("--lengths=32,16"), "--lengths is 32,16 but must be ascending numbers of at least 4.");
    assertRefused(run("--network=" + folder), "is not a file.");
    assertRefused(
        run("--network=" + file, "--input=" + file),
        "a-file is no network that Deeplearning4j saved.");
    assertRefused(run("--model=" + file, "--text=" + file), "is not a folder.");
    assertRefused(
        runOnFolder("--lengths=14"),
        "--lengths has 14 but must have at most 13, which the model was trained for.");
    assertRefused(
        run("--model=" + folder, "--text=" + text(), "--windows=4"),
        "--text has 42 tokens but must have at least 56, for 4 windows of 14.");
    assertRefused(run("--lengths=513"), "at most 512, which MiniLM was trained for.");
  }
}
