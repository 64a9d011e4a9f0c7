package org.attention4j.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.attention4j.normalizer.NormalizerProvider;
import org.junit.jupiter.api.Test;

/**
 * The projects in docs/consumer, which are built and run from published artifacts, are what the
 * pages tell a user to write: the same dependencies, the same plugin and the same Java.
 */
class ConsumerProjectsTest {
  private static final Path CONSUMER = Path.of("..", "docs", "consumer");
  private static final String GETTING_STARTED = "getting-started.md";
  private static final String JAVA_FILE = "package ";

  private static Page readme() throws IOException {
    Path file = Path.of("..", "README.md");
    return new Page(file, Files.readString(file));
  }

  /** A text whose lines are not indented. */
  private static String flat(String text) {
    return text.lines().map(String::strip).collect(Collectors.joining("\n", "\n", "\n"));
  }

  private static String pom(String project) throws IOException {
    return flat(Files.readString(CONSUMER.resolve(project).resolve("pom.xml")));
  }

  private static void assertHasBlocks(String project, Page page, int number) throws IOException {
    List<String> blocks = page.blocks("xml");
    assertThat(blocks).as("blocks of XML in %s", page.file()).hasSize(number);
    for (String block : blocks) {
      assertThat(pom(project)).as("%s, from %s", project, page.file()).contains(flat(block));
    }
  }

  /** The Java files of a project, tests included. */
  private static List<String> java(String project) throws IOException {
    try (Stream<Path> files = Files.walk(CONSUMER.resolve(project).resolve("src"))) {
      List<Path> sources = files.filter(file -> file.toString().endsWith(".java")).toList();
      List<String> texts = new ArrayList<>();
      for (Path source : sources) {
        texts.add(Files.readString(source));
      }
      return texts;
    }
  }

  private static List<String> wholeFiles(Page page) {
    return page.blocks("java").stream().filter(block -> block.startsWith(JAVA_FILE)).toList();
  }

  @Test
  void everyProjectHasTheDependenciesOfTheReadme() throws IOException {
    for (String project : List.of("train", "kotlin", "watch", "normalizer")) {
      assertHasBlocks(project, readme(), 1);
    }
  }

  @Test
  void theFirstProjectIsThatOfGettingStarted() throws IOException {
    Page page = Page.read(GETTING_STARTED);
    assertThat(java("train")).isEqualTo(wholeFiles(page)).hasSize(1);
    assertThat(page.blocks("xml"))
        .containsExactly(Files.readString(CONSUMER.resolve("train").resolve("pom.xml")));
  }

  @Test
  void theProjectsWithGradleAndInKotlinAreThoseOfGettingStarted() throws IOException {
    Page page = Page.read(GETTING_STARTED);
    assertThat(page.blocks("groovy"))
        .containsExactly(Files.readString(CONSUMER.resolve("gradle").resolve("build.gradle")));
    assertThat(page.blocks("kotlin"))
        .containsExactly(
            Files.readString(CONSUMER.resolve("kotlin/src/main/kotlin/com/example/Train.kt")));
  }

  @Test
  void theWatchedProjectHasWhatThePageNeedsAndTheOptionalDependenciesOfGettingStarted()
      throws IOException {
    assertHasBlocks("watch", Page.read("monitoring-page.md"), 1);
    List<String> optional =
        Page.read(GETTING_STARTED).find("(?m)^\\| `([\\w.]+:[\\w-]+:[\\w.]+)` \\|");
    assertThat(optional).hasSize(2);
    for (String coordinates : optional) {
      String[] parts = coordinates.split(":", -1);
      assertThat(pom("watch"))
          .contains(
              "\n<groupId>%s</groupId>\n<artifactId>%s</artifactId>\n<version>%s</version>\n"
                  .formatted((Object[]) parts));
    }
  }

  @Test
  void theNormalizersProjectIsThatOfItsPage() throws IOException {
    Page page = Page.read("write-your-own-normalizer.md");
    assertHasBlocks("normalizer", page, 2);
    assertThat(java("normalizer"))
        .containsExactlyInAnyOrderElementsOf(wholeFiles(page))
        .hasSizeGreaterThan(4);
    Path services = CONSUMER.resolve("normalizer/src/main/resources/META-INF/services");
    assertThat(services.resolve(NormalizerProvider.class.getName()))
        .hasContent(page.blocks("text").get(0));
  }
}
