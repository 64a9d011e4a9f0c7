package org.attention4j.examples.normalize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.attention4j.examples.CommandLineRun;
import org.attention4j.examples.report.Theme;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class WeightsPlotTest {
  private static final Color PAPER = Color.WHITE;
  private static final Color OWN = Color.decode(Theme.LIGHT.curve(0));
  private static final Color SOFTMAX = Color.GRAY;

  @TempDir static Path directory;

  @Test
  void drawsTheRowBesideSoftmaxOnOpaquePaper() throws IOException {
    BufferedImage picture = plot("sparsemax", "-1,0,0.3,1");

    assertThat(picture.getWidth()).isEqualTo(840);
    assertThat(picture.getHeight()).isEqualTo(520);
    assertThat(picture.getRGB(0, 0)).isEqualTo(PAPER.getRGB());
    assertThat(count(picture, OWN)).isPositive();
    assertThat(count(picture, SOFTMAX)).isPositive();
  }

  @Test
  void softmaxIsNotComparedWithItself() throws IOException {
    BufferedImage picture = plot("softmax", "-1,0,0.3,1");

    assertThat(count(picture, OWN)).isPositive();
    assertThat(count(picture, SOFTMAX)).isZero();
  }

  @Test
  void weightsDecideWhatIsDrawn() throws IOException {
    assertThat(same(plot("entmax:1.5", "0,1,2"), plot("entmax:1.5", "0,1,2"))).isTrue();
    assertThat(same(plot("top-k:2", "0,1,2"), plot("top-k:3", "0,1,2"))).isFalse();
  }

  @Test
  void maskedKeysAreLeftOutAndOrderDoesNotMatter() throws IOException {
    BufferedImage picture = plot("sparsemax", "0,1,2");

    assertThat(same(plot("sparsemax", "null,0,null,1,2"), picture)).isTrue();
    assertThat(same(plot("sparsemax", "2,0,1"), picture)).isTrue();
  }

  @Test
  void oneKeyAndALongNameCanBeDrawn() throws IOException {
    plot("relu", "2");
    plot(
        "{\"type\":\"scaled-by-log-length\",\"normalizer\":{\"type\":\"entmax\",\"alpha\":1.3}}",
        "0,1,2");
  }

  @Test
  void theResultIsPrintedAllTheSameAndTheFileIsReplaced() throws IOException {
    Path file = Files.writeString(directory.resolve("old.PNG"), "not a picture");

    CommandLineRun plotted = run("relu", "0,1", file.toString());

    assertThat(plotted.status()).isZero();
    assertThat(plotted.err()).isEmpty();
    assertThat(plotted.out())
        .isEqualTo(CommandLineRun.of("normalize", "--normalizer", "relu", "--scores", "0,1").out());
    assertThat(ImageIO.read(file.toFile())).isNotNull();
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(Path::toString)).noneMatch(name -> name.endsWith(".tmp"));
    }
  }

  static Stream<Arguments> badFiles() throws IOException {
    Path taken = Files.createDirectories(directory.resolve("directory.png"));
    Path file = Files.writeString(directory.resolve("a-file"), "");
    return Stream.of(
        arguments("0,1", directory.resolve("p.svg"), "p.svg must end in .png."),
        arguments("0,1", taken, "is a directory, not a file."),
        arguments("0,1", directory.resolve("absent").resolve("p.png"), "there is no directory"),
        arguments("0,1", file.resolve("p.png"), "there is no directory"),
        arguments("null,null", directory.resolve("p.png"), "every key of --scores is masked."));
  }

  @ParameterizedTest
  @MethodSource("badFiles")
  void aBadFileGetsOneSentenceAndStatusTwo(String scores, Path file, String expected) {
    CommandLineRun run = run("relu", scores, file.toString());

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("--plot ").contains(expected);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(Files.isRegularFile(file)).isFalse();
  }

  private static BufferedImage plot(String normalizer, String scores) throws IOException {
    File file = directory.resolve("plot.png").toFile();
    CommandLineRun run = run(normalizer, scores, file.toString());
    assertThat(run.status()).as(run.err()).isZero();
    return ImageIO.read(file);
  }

  private static CommandLineRun run(String normalizer, String scores, String file) {
    return CommandLineRun.of(
        "normalize", "--normalizer", normalizer, "--scores=" + scores, "--plot", file);
  }

  private static long count(BufferedImage picture, Color color) {
    return pixels(picture).filter(rgb -> rgb == color.getRGB()).count();
  }

  private static boolean same(BufferedImage a, BufferedImage b) {
    return pixels(a).toList().equals(pixels(b).toList());
  }

  private static Stream<Integer> pixels(BufferedImage picture) {
    return Arrays.stream(
            picture.getRGB(
                0, 0, picture.getWidth(), picture.getHeight(), null, 0, picture.getWidth()))
        .boxed();
  }
}
