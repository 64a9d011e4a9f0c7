package org.attention4j.examples.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class QuotingTest {
  /** Made of what is special anywhere. */
  private static final String ALPHABET = "\"\\ \t'*?{}:a&%";

  static Stream<String> words() {
    Random random = new Random(41);
    Stream<String> hostile =
        Stream.generate(
                () -> {
                  StringBuilder word = new StringBuilder();
                  for (int length = random.nextInt(9); length > 0; length--) {
                    word.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
                  }
                  return word.toString();
                })
            .limit(2000);
    return Stream.concat(
        Stream.of(
            "",
            "compare",
            "entmax:1.5",
            "{\"type\":\"entmax\",\"alpha\":1.5}",
            "C:\\Program Files\\",
            "C:\\a b\\\"",
            "\"quoted\"",
            "--out=my results",
            "*.txt",
            "\\\\server\\share\\"),
        hostile);
  }

  /**
   * How the C runtime of Windows and Java's launcher split a command line, by the rules of
   * Microsoft's page "Parsing C command-line arguments".
   */
  private static List<String> split(String line) {
    List<String> words = new ArrayList<>();
    int i = 0;
    while (i < line.length()) {
      if (line.charAt(i) == ' ' || line.charAt(i) == '\t') {
        i++;
        continue;
      }
      StringBuilder word = new StringBuilder();
      boolean quoted = false;
      while (i < line.length() && (quoted || (line.charAt(i) != ' ' && line.charAt(i) != '\t'))) {
        int backslashes = 0;
        while (i < line.length() && line.charAt(i) == '\\') {
          backslashes++;
          i++;
        }
        if (i < line.length() && line.charAt(i) == '"') {
          word.append("\\".repeat(backslashes / 2));
          if (backslashes % 2 == 1) {
            word.append('"');
          } else {
            quoted = !quoted;
          }
          i++;
        } else if (backslashes > 0) {
          word.append("\\".repeat(backslashes));
        } else {
          word.append(line.charAt(i));
          i++;
        }
      }
      words.add(word.toString());
    }
    return words;
  }

  /** What {@code java.lang.ProcessImpl} does to an argument on Windows, by default. */
  private static String handedOn(String argument) {
    boolean inMarks = argument.length() > 1 && argument.startsWith("\"") && argument.endsWith("\"");
    boolean blank = argument.isEmpty() || argument.chars().anyMatch(c -> Character.isWhitespace(c));
    return blank && !inMarks ? "\"" + argument + "\"" : argument;
  }

  @ParameterizedTest
  @MethodSource("words")
  void aProgramOnWindowsGetsTheWordAsItIs(String word) {
    assertThat(split("java " + Quoting.WINDOWS.line(List.of(word, "next"))))
        .containsExactly("java", word, "next");
    String argument = handedOn(Quoting.WINDOWS.ofProcess(List.of("java", word)).get(1));
    assertThat(split("java " + argument + " next")).containsExactly("java", word, "next");
  }

  @Test
  void jsonWouldLoseItsQuotationMarks() {
    String json = "{\"type\":\"entmax\",\"alpha\":1.5}";

    assertThat(split(handedOn(json))).containsExactly("{type:entmax,alpha:1.5}");
    assertThat(
            Quoting.WINDOWS.ofProcess(
                List.of("C:\\a b\\java.exe", json, "C:\\my results\\", "C:\\out")))
        .containsExactly(
            "C:\\a b\\java.exe",
            "\"{\\\"type\\\":\\\"entmax\\\",\\\"alpha\\\":1.5}\"",
            "\"C:\\my results\\\\\"",
            "C:\\out");
  }

  @Test
  void aPosixProcessGetsItsArgumentsUnquoted() {
    List<String> arguments = List.of("{\"a\":1}", "a b", "");

    assertThat(Quoting.POSIX.ofProcess(arguments)).isEqualTo(arguments);
  }

  @Test
  void wordsThatAreTypedAgainAreQuotedForTheShell() {
    List<String> words = List.of("compare", "--text", "it's mine.txt", "C:\\x", "50%");

    assertThat(Quoting.POSIX.line(words))
        .isEqualTo("compare --text 'it'\\''s mine.txt' 'C:\\x' 50%");
    assertThat(Quoting.WINDOWS.line(words))
        .isEqualTo("compare --text \"it's mine.txt\" C:\\x \"50%\"");
  }
}
