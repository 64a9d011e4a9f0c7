package org.attention4j.examples.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.attention4j.examples.support.AtomicFile;
import org.attention4j.examples.support.CommandFailure;
import org.attention4j.examples.support.Damage;
import org.attention4j.examples.support.Digest;
import org.attention4j.examples.support.Sentences;
import org.attention4j.examples.support.Versions;

/**
 * What came of the trainings of a study, each as JSON in a file that is there whole or not at all.
 * The file's name says what was trained how.
 *
 * @param <T> what is kept of a training
 */
public final class RunStore<T> {
  private static final JsonMapper JSON = new JsonMapper();

  private final Path directory;
  private final Class<T> type;
  private final PrintWriter messages;

  /**
   * Opens a store.
   *
   * @param directory where the files are, made if absent
   * @param type what is kept
   * @param messages where damaged files are told of
   */
  public RunStore(Path directory, Class<T> type, PrintWriter messages) {
    this.directory = directory;
    this.type = type;
    this.messages = messages;
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new CommandFailure("%s cannot be made.".formatted(directory), e);
    }
  }

  /**
   * A training as a job whose result is kept here.
   *
   * @param name what it is called
   * @param settings all that it depends on
   * @param steps how many steps it has at most
   * @param training trains
   * @return the job
   */
  public Jobs.Job<T> job(
      String name, String settings, int steps, Function<Jobs.Progress, T> training) {
    return new Jobs.Job<>(
        steps,
        () -> find(name, settings),
        progress -> {
          T result = training.apply(progress);
          keep(name, settings, result);
          return result;
        });
  }

  /** What came of a training; nothing, and a message, if the file is damaged. */
  private Optional<T> find(String name, String settings) {
    Path file = file(name, settings);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readValue(Files.readAllBytes(file), type));
    } catch (IOException e) {
      messages.println(Damage.sentence(file, e) + " What it held is computed again.");
      messages.flush();
      return Optional.empty();
    }
  }

  private void keep(String name, String settings, T result) {
    try {
      AtomicFile.write(file(name, settings), JSON.writeValueAsBytes(result));
    } catch (JsonProcessingException e) {
      throw new CommandFailure("The result of %s cannot be written.".formatted(name), e);
    }
  }

  /**
   * A readable name of a training, which no other has.
   *
   * @param name what it is called
   * @param settings all that it depends on
   * @return of lower case letters, digits, dots and hyphens
   */
  public String title(String name, String settings) {
    String plain = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-");
    String shown = plain.substring(0, Math.min(plain.length(), Sentences.MAX_REPEATED));
    String all = name + " " + settings + " " + new Versions().attention4j();
    return shown + "-" + Digest.of(all);
  }

  private Path file(String name, String settings) {
    return directory.resolve(title(name, settings) + ".json");
  }
}
