package org.attention4j.examples.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.apache.commons.io.FileUtils;
import org.attention4j.examples.support.CommandFailure;
import org.attention4j.monitor.reporters.Reporter;
import org.attention4j.monitor.reporters.Reporters;

/** Event files of TensorBoard in {@code tensorboard/<run>}, side by side for all models. */
public final class TensorBoardRuns {
  private final Path folder;

  /**
   * Names the folder.
   *
   * @param out where the results of the command go
   */
  public TensorBoardRuns(Path out) {
    folder = out.resolve("tensorboard");
  }

  /**
   * Begins a run; what an earlier training of the same name left is removed.
   *
   * @param run the run's name, which is that of a folder
   * @return writes the event file
   * @throws CommandFailure if it cannot be written
   */
  public Reporter begin(String run) {
    Path events = folder.resolve(run);
    try {
      FileUtils.deleteDirectory(events.toFile());
      return Reporters.tensorBoard(events);
    } catch (IOException | UncheckedIOException e) {
      throw new CommandFailure("%s cannot be written.".formatted(events), e);
    }
  }
}
