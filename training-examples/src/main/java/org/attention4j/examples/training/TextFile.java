package org.attention4j.examples.training;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.Sentences;

/** A user's own UTF-8 text; blank lines part its documents. */
public final class TextFile {
  private static final String BLANK_LINES = "\\R\\h*\\R\\s*";

  private TextFile() {}

  /**
   * Reads a text.
   *
   * @param name the file's path
   * @return the corpus
   * @throws BadArgument if the file cannot be read or is not UTF-8
   */
  public static Corpus load(String name) {
    Path file = path(name);
    return Corpus.of(file.getFileName().toString(), documents(file));
  }

  /**
   * Reads a text as it is written.
   *
   * @param file the file
   * @return its documents
   * @throws BadArgument if the file cannot be read or is not UTF-8
   */
  public static List<String> documents(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new BadArgument("--text %s is not a file.".formatted(file));
    }
    try {
      String text = Files.readString(file, StandardCharsets.UTF_8);
      return Arrays.stream(text.strip().split(BLANK_LINES)).filter(d -> !d.isBlank()).toList();
    } catch (CharacterCodingException e) {
      throw new BadArgument("--text %s is not UTF-8 text.".formatted(file), e);
    } catch (IOException e) {
      throw new BadArgument("--text %s cannot be read.".formatted(file), e);
    }
  }

  private static Path path(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new BadArgument("--text '%s' is not a path.".formatted(Sentences.brief(name)), e);
    }
  }
}
