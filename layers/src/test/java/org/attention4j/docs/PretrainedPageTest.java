package org.attention4j.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.attention4j.pretrained.Pretrained;
import org.attention4j.pretrained.RandomModels;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program of the page runs on a small model. */
final class PretrainedPageTest {
  @Test
  void theProgramFineTunes(@TempDir Path directory)
      throws IOException, ReflectiveOperationException {
    Path model = RandomModels.gpt2(directory.resolve("gpt2"));
    Path ids =
        Files.writeString(
            directory.resolve("ids.txt"),
            IntStream.range(0, RandomModels.LENGTH)
                .mapToObj(i -> Integer.toString(i * i % RandomModels.VOCABULARY))
                .collect(Collectors.joining(" ")));
    Path results = Files.createDirectories(directory.resolve("results"));
    try (URLClassLoader classes =
        CompiledPage.compile(
            Page.read("pretrained.md"), Files.createDirectories(directory.resolve("classes")))) {
      classes
          .loadClass("com.example.FineTune")
          .getMethod("main", String[].class)
          .invoke(
              null, (Object) new String[] {model.toString(), ids.toString(), results.toString()});
    }
    assertThat(results.resolve("attention.jsonl")).content().contains("block-0", "block-1");
    MultiLayerNetwork trained =
        MultiLayerNetwork.load(results.resolve("fine-tuned.zip").toFile(), true);
    assertThat(trained.params()).isNotEqualTo(Pretrained.load(model).network().params());
  }
}
