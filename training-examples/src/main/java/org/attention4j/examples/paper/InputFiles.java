package org.attention4j.examples.paper;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.attention4j.examples.support.BadArgument;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Checks and reads the files that options name. */
final class InputFiles {
  /** How files of NumPy begin. */
  private static final byte[] NPY = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  private InputFiles() {}

  /**
   * Reads an array.
   *
   * @param option the option that names the file
   * @param file NumPy's {@code .npy}, or {@code .bin} as {@code Nd4j.saveBinary} writes it
   */
  static INDArray array(String option, Path file) {
    requireFile(option, file);
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (!name.endsWith(".npy") && !name.endsWith(".bin")) {
      throw new BadArgument(
          "%s %s must end with .npy or .bin (as Nd4j.saveBinary writes it)."
              .formatted(option, file));
    }
    try {
      if (name.endsWith(".npy")) {
        requireMagic(option, file); // ND4J reads any bytes as a header
      }
      return name.endsWith(".npy")
          ? Nd4j.createFromNpyFile(file.toFile())
          : Nd4j.readBinary(file.toFile());
    } catch (BadArgument e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new BadArgument("%s %s holds no array.".formatted(option, file), e);
    }
  }

  static void requireFile(String option, Path file) {
    if (!Files.isRegularFile(file)) {
      throw new BadArgument("%s %s is not a file.".formatted(option, file));
    }
  }

  static void requireFolder(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new BadArgument("--model %s is not a folder.".formatted(folder));
    }
  }

  private static void requireMagic(String option, Path file) throws IOException {
    try (InputStream content = Files.newInputStream(file)) {
      if (!Arrays.equals(content.readNBytes(NPY.length), NPY)) {
        throw new BadArgument("%s %s holds no array.".formatted(option, file));
      }
    }
  }
}
