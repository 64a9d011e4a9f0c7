package org.attention4j.examples.distributed;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.training.Settings;
import org.attention4j.examples.training.Text;
import org.attention4j.examples.training.Windows;
import org.nd4j.linalg.dataset.DataSet;

/**
 * The file set that workers read: one batch of windows in each file, as {@link DataSet#save} writes
 * it. The batches are those that {@code compare} draws with the same seed and sizes.
 */
final class BatchFiles {
  /** The scheme of files of this machine. */
  private static final String LOCAL = "file";

  private BatchFiles() {}

  /**
   * Draws the batches.
   *
   * @param text the text
   * @param settings sizes and seed; {@code steps} says how many
   * @return the batches in order
   */
  static List<DataSet> draw(Text text, Settings settings) {
    Windows windows = new Windows(text, settings.context());
    SplittableRandom random = new SplittableRandom(settings.seed());
    List<DataSet> batches = new ArrayList<>();
    for (int i = 0; i < settings.steps(); i++) {
      batches.add(windows.random(settings.batch(), random));
    }
    return batches;
  }

  /**
   * Writes the batches; files of the same names are replaced.
   *
   * @param batches the batches
   * @param folder a folder of any file system that Hadoop knows
   * @return the files in the order of the batches
   * @throws BadArgument if they cannot be written
   */
  static List<String> write(List<DataSet> batches, URI folder) {
    try {
      return LOCAL.equals(folder.getScheme())
          ? writeHere(batches, folder)
          : writeThere(batches, folder);
    } catch (IOException | IllegalArgumentException e) {
      throw new BadArgument("--data %s cannot be written to.".formatted(folder), e);
    }
  }

  /** Hadoop would start a program for each file to set its rights, one that Windows lacks. */
  private static List<String> writeHere(List<DataSet> batches, URI folder) throws IOException {
    List<String> files = new ArrayList<>();
    java.nio.file.Path here = Files.createDirectories(java.nio.file.Path.of(folder));
    for (int i = 0; i < batches.size(); i++) {
      String name = name(i);
      try (OutputStream out = Files.newOutputStream(here.resolve(name))) {
        batches.get(i).save(out);
      }
      files.add(new Path(new Path(folder), name).toString());
    }
    return files;
  }

  private static List<String> writeThere(List<DataSet> batches, URI folder) throws IOException {
    List<String> files = new ArrayList<>();
    FileSystem system = FileSystem.newInstance(folder, new Configuration());
    try (system) {
      // The checksums of a local folder would be files of their own among the batches.
      system.setWriteChecksum(false);
      for (int i = 0; i < batches.size(); i++) {
        Path file = new Path(new Path(folder), name(i));
        try (OutputStream out = system.create(file, true)) {
          batches.get(i).save(out);
        }
        files.add(file.toString());
      }
    }
    return files;
  }

  private static String name(int batch) {
    return "batch-%06d.bin".formatted(batch);
  }
}
