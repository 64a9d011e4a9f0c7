package org.attention4j.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Links between the pages of the project lead to files and headings that exist. */
class LinksTest {
  private static final Path ROOT = Path.of("..");
  private static final Path DOCS = ROOT.resolve("docs");

  /** README.md, CONTRIBUTING.md and their like, and all below docs. */
  static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.walk(DOCS)) {
      Stream.concat(top, docs)
          .filter(file -> file.toString().endsWith(".md"))
          .sorted()
          .forEach(pages::add);
    }
    return pages;
  }

  private static Page page(Path file) throws IOException {
    return new Page(file, Files.readString(file));
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyRelativeLinkLeadsToAFileAndAHeading(Path file) throws IOException {
    for (String link : page(file).links()) {
      if (!link.matches("[a-z]+:.*")) {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? file : file.resolveSibling(parts[0]);
        assertThat(target).as("%s in %s", link, file).exists();
        if (parts.length > 1) {
          assertThat(page(target).anchors()).as("%s in %s", link, file).contains(parts[1]);
        }
      }
    }
  }

  @Test
  void theIndexListsEveryPage() throws IOException {
    List<String> listed = page(DOCS.resolve("README.md")).links();
    try (Stream<Path> files = Files.list(DOCS)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .filteredOn(name -> name.endsWith(".md") && !name.equals("README.md"))
          .isNotEmpty()
          .isSubsetOf(listed);
    }
  }

  @Test
  void anchorsAreThoseOfGitHub() {
    String text =
        "# What it `costs`\n## 1/T: [a link](x.md)\n```sh\n# no heading\n```\n## 1/T: a link\n";
    assertThat(new Page(ROOT, text).anchors())
        .containsExactly("what-it-costs", "1t-a-link", "1t-a-link-1");
  }
}
