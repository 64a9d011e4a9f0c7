package org.attention4j.examples.support;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Words of a command line, quoted so that the program gets each as it is. */
enum Quoting {
  /** For a POSIX shell. */
  POSIX("[\\w@%+=:,./-]+", Quoting::inApostrophes),

  /** For {@code cmd.exe}, and for the C runtime, which splits the command line of a program. */
  WINDOWS("[\\w@+=:,./\\\\-]+", Quoting::inQuotationMarks);

  private static final char MARK = '"';
  private static final char BACKSLASH = '\\';

  /**
   * Set to false, it makes Java quote the arguments of a process in full; it is true by default.
   */
  private static final String AMBIGUOUS = "jdk.lang.Process.allowAmbiguousCommands";

  private final Pattern plain;

  @SuppressWarnings("ImmutableEnumChecker") // a method without state
  private final UnaryOperator<String> quote;

  Quoting(String plain, UnaryOperator<String> quote) {
    this.plain = Pattern.compile(plain);
    this.quote = quote;
  }

  /** That of this operating system. */
  static Quoting ofThisSystem() {
    return System.getProperty("os.name").startsWith("Windows") ? WINDOWS : POSIX;
  }

  /** The words as one line to type. */
  String line(List<String> words) {
    return words.stream().map(this::word).collect(Collectors.joining(" "));
  }

  /** One word, which stays as it is if it needs no quotes. */
  String word(String word) {
    return plain.matcher(word).matches() ? word : quote.apply(word);
  }

  /**
   * The command of a new process, as {@link ProcessBuilder} wants it. On Windows a process gets one
   * text, which it splits itself. Java puts quotation marks around an argument with blanks but
   * leaves those inside as they are, so that {@code {"type":"topk"}} would arrive as {@code
   * {type:topk}}. What is within quotation marks already Java leaves alone.
   *
   * @param command the program, and its arguments
   */
  List<String> ofProcess(List<String> command) {
    if (this == POSIX || "false".equalsIgnoreCase(System.getProperty(AMBIGUOUS))) {
      return command;
    }
    Stream<String> arguments = command.stream().skip(1).map(this::word);
    return Stream.concat(command.stream().limit(1), arguments).toList();
  }

  private static String inApostrophes(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }

  /**
   * A backslash is a backslash, unless a quotation mark follows all of a row of them: then two are
   * one, and an odd one keeps the mark from ending the word.
   */
  private static String inQuotationMarks(String word) {
    StringBuilder quoted = new StringBuilder().append(MARK);
    int backslashes = 0;
    for (int i = 0; i < word.length(); i++) {
      char next = word.charAt(i);
      if (next == MARK) {
        quoted.append(String.valueOf(BACKSLASH).repeat(backslashes + 1));
      }
      backslashes = next == BACKSLASH ? backslashes + 1 : 0;
      quoted.append(next);
    }
    return quoted.append(String.valueOf(BACKSLASH).repeat(backslashes)).append(MARK).toString();
  }
}
