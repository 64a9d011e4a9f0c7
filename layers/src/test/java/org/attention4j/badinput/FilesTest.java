package org.attention4j.badinput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.attention4j.badinput.Wrong.wrong;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.attention4j.layers.SavedModel;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.AttentionInspector;
import org.attention4j.monitor.InspectedAttention;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.reporters.Reporter;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Directories that are files, gone or full: named, and nothing half-written stays. */
class FilesTest {
  /** Takes no byte, as a full disk; Linux has it. */
  private static final Path FULL = Path.of("/dev/full");

  @TempDir static Path directory;

  private static MultiLayerNetwork network(Normalizer normalizer) {
    return TestNetworks.of(
            new SelfAttentionLayer.Builder()
                .nOut(Sizes.OUT)
                .nHeads(Sizes.HEADS)
                .projectInput(true)
                .normalizer(normalizer)
                .name("reader")
                .build())
        .network(DataType.FLOAT);
  }

  private static List<MetricRecord> records() {
    return List.of(new MetricRecord(3, 0, "reader", 0, Map.of("entropy", 1.5)));
  }

  static Stream<Wrong> whatCannotBeSaved() {
    Normalizer lambda = (sd, scores, context) -> sd.nn.softmax(scores, -1);
    MultiLayerNetwork unnamed = network(lambda);
    return Stream.of(
        wrong(
            "a network with a lambda",
            () -> SavedModel.check(unnamed),
            "cannot be saved",
            "type name"),
        wrong(
            "no network",
            () -> SavedModel.check(null),
            "cannot be saved",
            "null",
            "MultiLayerNetwork"),
        wrong(
            "a network with a lambda, to a file",
            () -> SavedModel.write(unnamed, directory.resolve("lambda.zip"), true),
            "cannot be saved",
            "type name"));
  }

  @ParameterizedTest
  @MethodSource("whatCannotBeSaved")
  void isRefused(Wrong wrong) throws IOException {
    List<Path> before = files();
    wrong.assertRefused();
    assertThat(files()).isEqualTo(before);
  }

  static Stream<Wrong> reporters() throws IOException {
    Path file = Files.writeString(directory.resolve("a-file"), "kept");
    Path below = file.resolve("metrics");
    Path folder = Files.createDirectory(directory.resolve("a-folder"));
    String writable = "in a folder that can be written to";
    return Stream.of(
        wrong(
            "CSV below a file",
            () -> Reporters.csv(below),
            UncheckedIOException.class,
            below.toString(),
            writable),
        wrong(
            "JSON lines below a file",
            () -> Reporters.jsonLines(below),
            UncheckedIOException.class,
            below.toString(),
            writable),
        wrong(
            "alarms below a file",
            () -> Reporters.alarmsAsJsonLines(below),
            UncheckedIOException.class,
            below.toString(),
            writable),
        wrong(
            "TensorBoard below a file",
            () -> Reporters.tensorBoard(below),
            UncheckedIOException.class,
            below.toString(),
            writable),
        wrong(
            "TensorBoard in a file's place",
            () -> Reporters.tensorBoard(file),
            UncheckedIOException.class,
            file.toString(),
            writable),
        wrong(
            "CSV in a folder's place",
            () -> Reporters.csv(folder),
            UncheckedIOException.class,
            folder.toString(),
            writable),
        wrong(
            "JSON lines in a folder's place",
            () -> Reporters.jsonLines(folder),
            UncheckedIOException.class,
            folder.toString(),
            writable));
  }

  @ParameterizedTest
  @MethodSource("reporters")
  void metricsThatHaveNoPlace(Wrong wrong) throws IOException {
    List<Path> before = files();
    wrong.assertRefused();
    assertThat(files()).isEqualTo(before);
    assertThat(directory.resolve("a-file")).hasContent("kept");
  }

  /** A writer that is not closed after a failure would keep the file from the next one. */
  @Test
  void aFullDiskKeepsNoFileOpen() {
    Assumptions.assumeTrue(Files.exists(FULL), "There is no /dev/full here.");
    for (int time = 0; time < 2; time++) {
      assertThatThrownBy(() -> Reporters.csv(FULL))
          .isExactlyInstanceOf(UncheckedIOException.class)
          .hasMessage(
              "The metrics file '/dev/full' cannot be written but must be on a disk with space"
                  + " left.");
    }
    try (Reporter lines = Reporters.jsonLines(FULL)) {
      assertThatThrownBy(() -> lines.report(records()))
          .isExactlyInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("'/dev/full' cannot be written");
    }
    try (Reporter guarded = Reporters.guarded(Reporters.jsonLines(FULL))) {
      guarded.report(records());
    }
  }

  /** The reporter has its file open: what is reported afterwards is lost, but nothing fails. */
  @Test
  void aFolderThatVanishesEndsNoTraining() throws IOException {
    Path folder = Files.createDirectory(directory.resolve("vanishing"));
    Path file = folder.resolve("metrics.jsonl");
    try (Reporter lines = Reporters.guarded(Reporters.jsonLines(file))) {
      lines.report(records());
      Files.delete(file);
      Files.delete(folder);
      lines.report(records());
    } catch (java.nio.file.FileSystemException e) {
      Assumptions.abort("This system keeps open files from being deleted.");
    }
    assertThat(folder).doesNotExist();
  }

  /** Whole files: a model and the inspector's page. */
  @Test
  void wholeFilesThatHaveNoPlace() throws IOException {
    MultiLayerNetwork network = network(Normalizers.softmax());
    InspectedAttention inspected =
        AttentionInspector.of(network).inspect(Nd4j.ones(DataType.FLOAT, 1, Sizes.SIZE, 7));
    Path file = Files.writeString(directory.resolve("a-page"), "kept");
    Path folder = Files.createDirectory(directory.resolve("a-page-folder"));
    List<Path> before = files();
    for (Path path : List.of(file.resolve("below"), folder, directory.resolve("absent/page"))) {
      for (ThrowingCallable use :
          List.<ThrowingCallable>of(
              () -> SavedModel.write(network, path, true), () -> inspected.save(path))) {
        Throwable thrown = catchThrowable(use);
        assertThat(thrown).as("%s", path).isInstanceOf(IOException.class);
        assertThat(thrown.getMessage())
            .as("names the file that was asked for, and the reason")
            .startsWith(path + ": ")
            .contains("must be ");
      }
    }
    assertThat(files()).isEqualTo(before);
    assertThat(file).hasContent("kept");
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> walk = Files.walk(directory)) {
      return walk.sorted().toList();
    }
  }
}
