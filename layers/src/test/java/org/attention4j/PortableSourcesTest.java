package org.attention4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The main code of all modules takes nothing for granted that holds on one operating system alone.
 * The compiler sees to character sets and locales of most calls already; this is the rest.
 */
class PortableSourcesTest {
  private static final Path ROOT = Path.of("..");

  private static final List<String> MODULES =
      List.of("layers", "training-examples", "training-examples/distributed", "bench");

  /** What to write in none but the named files, each of which says what it does elsewhere. */
  enum Assumption {
    PATH_OF_UNIX(
        "\"/(tmp|proc|dev|bin|usr|etc|home|var|sys)\\b",
        // Empty or unknown where the file is absent.
        "layers/OpenBlasKernels",
        "training-examples/OnnxModel",
        "training-examples/RunInfo",
        "bench/Machine",
        "bench/PeakMemory"),

    /** Paths are put together by Path. */
    SEPARATOR_OF_FILES("File\\.separator|\"file\\.separator\""),

    /** Path refuses on Windows what no file can be named there. */
    WILDCARD_IN_A_PATH("(resolve|resolveSibling|Path\\.of)\\([^)]*\\*"),

    /** Files end their lines with {@code \n} everywhere; only what is printed on a terminal may. */
    SEPARATOR_OF_LINES(
        "lineSeparator\\(|line\\.separator|\\.newLine\\(", "training-examples/Table"),

    /** The list of lines would be written with the separator of the system. */
    LINES_TO_A_FILE("(?<!\\w)Files\\.write\\([^;]*(List|Stream|lines)"),

    CHARACTER_SET_OF_THE_SYSTEM(
        "defaultCharset\\(|\"file\\.encoding\"|(input|error)Reader\\(\\)|outputWriter\\(\\)"),

    /** Of what is printed on a terminal, and of nothing else. */
    CHARACTER_SET_OF_THE_TERMINAL(
        "(stdout|stderr|native)\\.encoding",
        "training-examples/ConsoleText",
        "bench/Summary",
        "bench/ChildJvm"),

    /** Named where the two kinds of systems part. */
    NAME_OF_THE_SYSTEM(
        "os\\.(name|arch)",
        "training-examples/Launch",
        "training-examples/Quoting",
        "training-examples/RunInfo",
        "bench/Machine"),

    /**
     * Java alone, which hands arguments on as each system wants; and a shell where there is one.
     */
    OTHER_PROGRAM(
        "new ProcessBuilder|getRuntime\\(\\)\\.exec\\(",
        "training-examples/Launch",
        "training-examples/VectorModule",
        "bench/ChildJvm"),

    RIGHTS_OF_UNIX("PosixFile|\"(posix|unix):|createSymbolicLink|createLink\\("),

    SIGNAL("sun\\.misc\\.Signal");

    private final Pattern code;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> allowed;

    Assumption(String code, String... allowed) {
      this.code = Pattern.compile(code);
      this.allowed = List.of(allowed);
    }
  }

  private static Map<String, String> sources() throws IOException {
    Map<String, String> sources = new HashMap<>();
    for (String module : MODULES) {
      Path root = ROOT.resolve(module).resolve("src/main/java");
      try (Stream<Path> all = Files.walk(root)) {
        all.filter(file -> file.toString().endsWith(".java"))
            .forEach(file -> sources.put(name(module, root.relativize(file)), read(file)));
      }
    }
    assertThat(sources).hasSizeGreaterThan(500);
    return sources;
  }

  /** The module and the class with its package, with slashes on every system. */
  private static String name(String module, Path file) {
    return module
        + "/"
        + StreamSupport.stream(file.spliterator(), false)
            .map(Path::toString)
            .collect(Collectors.joining("/"));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isOneOf(String name, List<String> allowed) {
    return allowed.stream()
        .map(each -> each.split("/", 2))
        .anyMatch(each -> name.startsWith(each[0] + "/") && name.endsWith("/" + each[1] + ".java"));
  }

  @ParameterizedTest
  @EnumSource
  void noFileTakesItForGranted(Assumption assumption) throws IOException {
    Map<String, String> found =
        sources().entrySet().stream()
            .filter(source -> assumption.code.matcher(source.getValue()).find())
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));

    assertThat(found.keySet()).allMatch(name -> isOneOf(name, assumption.allowed), "is allowed");
    assertThat(assumption.allowed)
        .as("no file is allowed what it does not do")
        .allMatch(each -> found.keySet().stream().anyMatch(name -> isOneOf(name, List.of(each))));
  }

  @Test
  void noSourceHasCarriageReturnsOrTabs() throws IOException {
    assertThat(sources())
        .allSatisfy((name, text) -> assertThat(text).as(name).doesNotContain("\r", "\t"));
  }
}
