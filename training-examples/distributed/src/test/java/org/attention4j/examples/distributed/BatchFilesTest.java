package org.attention4j.examples.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.attention4j.examples.support.BadArgument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.dataset.DataSet;

/** The file set holds the batches and nothing else, however it was written. */
class BatchFilesTest {
  private static final List<DataSet> BATCHES = SmallTraining.batches(SmallTraining.settings(3));

  @TempDir private Path folder;

  /** With the scheme Java writes the files, without it Hadoop. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFileForEachBatch(boolean scheme) throws IOException {
    Path set = folder.resolve("a set");
    URI uri = Files.createDirectory(set).toUri();
    // Twice: files of the same names are replaced.
    BatchFiles.write(BATCHES.subList(1, 3), uri);

    List<String> files = BatchFiles.write(BATCHES, scheme ? uri : URI.create(uri.getRawPath()));

    assertThat(names(set))
        .containsExactly("batch-000000.bin", "batch-000001.bin", "batch-000002.bin");
    assertThat(files).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(files.get(i)).endsWith("/a set/batch-00000" + i + ".bin");
      DataSet read = new DataSet();
      read.load(set.resolve("batch-00000" + i + ".bin").toFile());
      assertThat(read).isEqualTo(BATCHES.get(i));
    }
  }

  @Test
  void aFolderIsMade() throws IOException {
    BatchFiles.write(BATCHES.subList(0, 1), folder.resolve("new").resolve("deeper").toUri());

    assertThat(names(folder.resolve("new").resolve("deeper"))).containsExactly("batch-000000.bin");
  }

  private static List<String> names(Path set) throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.list(set)) {
      files.map(file -> file.getFileName().toString()).sorted().forEach(names::add);
    }
    return names;
  }

  @Test
  void whatCannotBeWrittenIsASentence() throws IOException {
    URI file = Files.createFile(folder.resolve("file")).toUri();

    for (URI wrong : List.of(file, URI.create("nosuch://host/folder"))) {
      assertThatThrownBy(() -> BatchFiles.write(BATCHES, wrong))
          .isInstanceOf(BadArgument.class)
          .hasMessage("--data %s cannot be written to.".formatted(wrong));
    }
  }
}
