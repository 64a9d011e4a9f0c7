package org.attention4j.pretrained;

import java.io.IOException;
import java.nio.file.Path;

/** Small random models for tests of other packages. */
public final class RandomModels {
  /** Token ids of the models are below. */
  public static final int VOCABULARY = 97;

  /** The longest sequence they take. */
  public static final int LENGTH = 23;

  private RandomModels() {}

  /** Writes a GPT-2 of two blocks. */
  public static Path gpt2(Path folder) throws IOException {
    return Gpt2Test.files("").write(folder, Gpt2Test.config(""));
  }
}
