package org.attention4j.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerParameter;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.normalizer.Trait;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The page about the normalizers says what the code says, of all of them. */
class NormalizersPageTest {
  /** A provider that another test announces. */
  private static final String ANNOUNCED_BY_A_TEST = "strangers";

  /** The columns of the table of traits, in order. */
  private static final List<Trait> COLUMNS =
      List.of(
          Trait.SUMS_TO_ONE,
          Trait.EXACT_ZEROS,
          Trait.CAN_EXCEED_ONE,
          Trait.LENGTH_AWARE,
          Trait.SHIFT_INVARIANT);

  /** The column after them names what is learned. */
  private static final int LEARNS = COLUMNS.size() + 2;

  private static Page page;

  @BeforeAll
  static void read() throws IOException {
    page = Page.read("normalizers.md");
  }

  /** As the user learns them: from the sentence about a type that does not exist. */
  static Stream<String> types() {
    IllegalArgumentException unknown =
        catchThrowableOfType(
            IllegalArgumentException.class, () -> Normalizers.fromJson("{\"type\":\"?\"}"));
    String known = unknown.getMessage().replaceFirst(".*known are (.*)\\.", "$1");
    return Arrays.stream(known.split(", ")).filter(type -> !type.equals(ANNOUNCED_BY_A_TEST));
  }

  @Test
  void everyTypeHasItsSectionAndEverySectionItsType() {
    assertThat(page.find("(?m)^- \\*\\*Options:.*?`\\{\"type\":\"([a-z0-9-]+)\""))
        .containsExactlyInAnyOrderElementsOf(types().toList());
  }

  @ParameterizedTest
  @MethodSource("types")
  void aSectionSaysAllThatAReaderNeeds(String type) {
    assertThat(section(type))
        .contains("images/normalizers/" + type + ".png")
        .contains("**Source:**", "**Java:**", "**Good for:**", "**Gradient:**", "**Not when**");
  }

  @ParameterizedTest
  @MethodSource("types")
  void theJsonOfASectionIsReadAndNamesAllOptions(String type) {
    for (Normalizer normalizer : examples(type)) {
      for (String option : normalizer.options().keySet()) {
        assertThat(section(type)).contains("`" + option + "`");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void theTableOfTraitsIsRight(String type) {
    List<String> cells = Arrays.stream(row(type).split("\\|")).map(String::strip).toList();
    Normalizer normalizer = examples(type).get(0);
    Map<Trait, Boolean> expected = new EnumMap<>(Trait.class);
    Map<Trait, Boolean> actual = new EnumMap<>(Trait.class);
    for (int i = 0; i < COLUMNS.size(); i++) {
      String cell = cells.get(i + 2);
      if (!cell.equals("as inside")) {
        actual.put(COLUMNS.get(i), cell.equals("✓"));
        expected.put(COLUMNS.get(i), normalizer.traits().contains(COLUMNS.get(i)));
      }
    }
    assertThat(actual).isEqualTo(expected);
    boolean learns = cells.size() > LEARNS && !cells.get(LEARNS).isEmpty();
    assertThat(learns)
        .isEqualTo(examples(type).stream().anyMatch(e -> e.traits().contains(Trait.LEARNABLE)));
  }

  @ParameterizedTest
  @MethodSource("types")
  void everyLearnableParameterIsNamed(String type) {
    for (Normalizer normalizer : examples(type)) {
      for (NormalizerParameter parameter : normalizer.parameters(1)) {
        assertThat(page.text()).contains("`" + parameter.name() + "`");
      }
    }
  }

  @Test
  void everyPictureIsShown() throws IOException {
    Path pictures = page.file().resolveSibling("images").resolve("normalizers");
    try (Stream<Path> files = Files.list(pictures)) {
      assertThat(files.map(file -> "images/normalizers/" + file.getFileName()))
          .isNotEmpty()
          .isSubsetOf(page.links());
    }
  }

  private static String section(String type) {
    List<String> sections = page.find("(?ms)^(## %s\\n.*?)(?=^## |^---$|\\z)".formatted(type));
    assertThat(sections).as("sections named %s", type).hasSize(1);
    return sections.get(0);
  }

  private static String row(String type) {
    return page.find("(?m)^(\\| `%s` \\|.*)$".formatted(type)).get(0);
  }

  /** The JSON objects that a section shows, the one that is fullest of options last. */
  private static List<Normalizer> examples(String type) {
    List<Normalizer> examples = new ArrayList<>();
    for (String line : section(type).lines().filter(l -> l.startsWith("- **Options")).toList()) {
      new Page(page.file(), line)
          .find("`(\\{\"type\".*?\\})`")
          .forEach(json -> examples.add(Normalizers.fromJson(json)));
    }
    assertThat(examples).as("JSON of %s", type).isNotEmpty();
    return examples;
  }
}
