package org.attention4j.examples.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.apache.commons.io.FileUtils;
import org.attention4j.examples.support.AtomicFile;
import org.attention4j.examples.support.CommandFailure;
import org.attention4j.examples.support.Damage;
import org.attention4j.examples.support.Digest;
import org.attention4j.examples.support.Versions;
import org.attention4j.examples.training.Corpus;

/**
 * Trained models and what came of them, each in a directory that is there whole or not at all. The
 * directory's name says what was trained on what, so that comparisons with a trial in common share
 * it.
 */
final class TrialStore {
  private static final String RESULT = "result.json";
  private static final String UNFINISHED = "unfinished-";
  private static final JsonMapper JSON = new JsonMapper();

  private final Path directory;
  private final Corpus corpus;
  private final int monitorEvery;
  private final PrintWriter messages;

  /**
   * Opens a store.
   *
   * @param directory where the trials are, made if absent
   * @param corpus what the models learn
   * @param monitorEvery how often the monitor takes a snapshot
   * @param messages where damaged trials are told of
   * @throws CommandFailure if the directory cannot be made
   */
  TrialStore(Path directory, Corpus corpus, int monitorEvery, PrintWriter messages) {
    this.directory = directory;
    this.corpus = corpus;
    this.monitorEvery = monitorEvery;
    this.messages = messages;
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new CommandFailure("%s cannot be made.".formatted(directory), e);
    }
  }

  /** Where a finished trial is, or will be. */
  Path directory(Trial trial) {
    String all =
        "%s %s %s %d %s"
            .formatted(
                trial.settings(),
                trial.attention().key(),
                corpus.fingerprint(),
                monitorEvery,
                new Versions().attention4j());
    return directory.resolve(trial.directory() + "-" + Digest.of(all));
  }

  /**
   * Searches for a finished trial.
   *
   * @param trial which one
   * @return its result; nothing if it was never finished or lacks the recall that is asked for, and
   *     nothing, with a message, if what it left is damaged
   */
  Optional<TrialResult> find(Trial trial) {
    Path whole = directory(trial);
    if (!Files.isDirectory(whole)) {
      return Optional.empty();
    }
    Path file = whole.resolve(RESULT);
    try {
      TrialResult result = JSON.readValue(Files.readAllBytes(file), TrialResult.class);
      file = whole.resolve(TrialTraining.MEASUREMENTS);
      MonitorLog.check(file);
      return trial.recall() && result.recall() == null ? Optional.empty() : Optional.of(result);
    } catch (NoSuchFileException e) {
      return damaged(trial, "%s is missing.".formatted(file));
    } catch (IOException e) {
      return damaged(trial, Damage.sentence(file, e));
    }
  }

  private Optional<TrialResult> damaged(Trial trial, String sentence) {
    messages.println("%s %s is trained again.".formatted(sentence, trial.title()));
    messages.flush();
    return Optional.empty();
  }

  /**
   * Makes room for a trial that begins; what an interrupted one left is removed.
   *
   * @param trial which one
   * @return an empty directory
   */
  Path begin(Trial trial) {
    Path unfinished = unfinished(trial);
    try {
      FileUtils.deleteDirectory(unfinished.toFile());
      return Files.createDirectories(unfinished);
    } catch (IOException e) {
      throw new CommandFailure("%s cannot be made.".formatted(unfinished), e);
    }
  }

  /**
   * Keeps a trial that came to its end.
   *
   * @param trial which one
   * @param result what came of it
   */
  void finish(Trial trial, TrialResult result) {
    Path whole = directory(trial);
    try {
      AtomicFile.write(
          unfinished(trial).resolve(RESULT),
          JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(result));
      FileUtils.deleteDirectory(whole.toFile());
      Files.move(unfinished(trial), whole, StandardCopyOption.ATOMIC_MOVE);
    } catch (JsonProcessingException e) {
      throw new CommandFailure("The result of %s cannot be written.".formatted(trial.title()), e);
    } catch (IOException e) {
      throw new CommandFailure("%s cannot be written.".formatted(whole), e);
    }
  }

  private Path unfinished(Trial trial) {
    return directory.resolve(UNFINISHED + directory(trial).getFileName());
  }
}
