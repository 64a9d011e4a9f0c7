package org.attention4j.examples;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.attention4j.examples.support.Sentences;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** One sentence about what picocli could not make sense of. */
final class WrongUsage {
  /** Longer ones no common system takes. */
  private static final int MAX_PATH_LENGTH = 4096;

  private static final Pattern DIGITS = Pattern.compile("[+-]?\\d+");

  private WrongUsage() {}

  /** Makes a command line read what needs a sentence of its own. */
  static void prepare(CommandLine commandLine) {
    ITypeConverter<Path> path = WrongUsage::path;
    commandLine.registerConverter(Path.class, path);
  }

  /**
   * Describes a failure to read the arguments.
   *
   * @param failure what picocli threw
   * @return the sentence
   */
  static String sentence(ParameterException failure) {
    if (failure instanceof UnmatchedArgumentException unmatched) {
      return unmatched(unmatched);
    }
    if (failure.getClass() == ParameterException.class
        && failure.getArgSpec() instanceof OptionSpec option
        && failure.getValue() != null) {
      return "%s is '%s' but must be %s."
          .formatted(
              option.longestName(),
              Sentences.brief(failure.getValue()),
              wanted(option, failure.getValue()));
    }
    return Sentences.about(failure);
  }

  private static String unmatched(UnmatchedArgumentException failure) {
    String argument = Sentences.brief(failure.getUnmatched().get(0));
    CommandLine command = failure.getCommandLine();
    boolean top = command.getParent() == null;
    String commands = String.join(", ", command.getSubcommands().keySet());
    String similar = String.join(", ", failure.getSuggestions());
    if (!failure.isUnknownOption()) {
      return top
          ? "There is no command '%s'; there are %s.".formatted(argument, commands)
          : "Argument '%s' does not belong to %s, which takes options only."
              .formatted(argument, command.getCommandName());
    }
    String help = (top ? "" : command.getCommandName() + " ") + "--help";
    return "There is no option '%s'%s; %s."
        .formatted(
            argument,
            top ? "" : " in " + command.getCommandName(),
            similar.isEmpty() ? "'" + help + "' lists those there are" : "similar: " + similar);
  }

  private static String wanted(OptionSpec option, String value) {
    Class<?> type = option.auxiliaryTypes()[0];
    if (type == int.class || type == Integer.class) {
      return whole(value, Integer.MAX_VALUE);
    }
    if (type == long.class || type == Long.class) {
      return whole(value, Long.MAX_VALUE);
    }
    if (type == boolean.class || type == Boolean.class) {
      return "true or false";
    }
    return type == Path.class ? "the path of a file or directory" : "another value";
  }

  private static String whole(String value, long max) {
    return "a whole number" + (DIGITS.matcher(value).matches() ? " of at most " + max : "");
  }

  private static Path path(String text) {
    if (text.isBlank() || text.length() > MAX_PATH_LENGTH) {
      throw new TypeConversionException("is no path");
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new TypeConversionException(e.getReason());
    }
  }
}
