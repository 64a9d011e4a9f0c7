package org.attention4j.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FolderTensorsTest {
  private static final String FIRST = "model-00001-of-00002.safetensors";
  private static final String SECOND = "model-00002-of-00002.safetensors";

  @TempDir Path folder;

  @BeforeEach
  void writeShards() throws IOException {
    write(
        FIRST,
        Map.of(
            "a", StoredTensor.f32(new float[] {1, 2, 3}, 3),
            "hidden", StoredTensor.f32(new float[] {7}, 1)));
    write(SECOND, Map.of("b", StoredTensor.f32(new float[] {4, 5}, 1, 2)));
  }

  private void write(String name, Map<String, StoredTensor> tensors) throws IOException {
    Files.write(folder.resolve(name), SafeTensorsFile.of(tensors));
  }

  private void writeIndex(String text) throws IOException {
    Files.writeString(folder.resolve(FolderTensors.INDEX), text);
  }

  private String index() {
    return folder.resolve(FolderTensors.INDEX).toString();
  }

  @Test
  void the_index_says_where_a_tensor_is() throws IOException {
    writeIndex(
        """
        {"metadata": {"total_size": 20}, "weight_map": {"b": "%s", "a": "%s"}}\
        """
            .formatted(SECOND, FIRST));
    try (FolderTensors tensors = FolderTensors.open(folder)) {
      assertThat(tensors.names()).containsExactlyInAnyOrder("a", "b");
      assertThat(tensors.shape("b")).containsExactly(1, 2);
      assertThat(tensors.file("a")).endsWith(FIRST);
      float[] values = new float[2];
      tensors.read("b", 0, values, 2);
      assertThat(values).containsExactly(4, 5);
      assertThatThrownBy(() -> tensors.shape("hidden"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("There is no tensor 'hidden'.");
    }
  }

  @Test
  void one_file_needs_no_index() throws IOException {
    writeIndex("damaged");
    write(FolderTensors.WHOLE, Map.of("c", StoredTensor.f32(new float[] {6}, 1)));
    try (FolderTensors tensors = FolderTensors.open(folder)) {
      assertThat(tensors.names()).containsExactly("c");
    }
  }

  @Test
  void a_folder_without_tensors_is_named() {
    assertThatThrownBy(() -> FolderTensors.open(folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessage(
            folder
                + ": there must be model.safetensors or model.safetensors.index.json (other"
                + " formats, such as pytorch_model.bin, are not read).");
  }

  @ParameterizedTest
  @CsvSource({
    "../" + FIRST,
    "/etc/passwd",
    "..",
    ".",
    "sub/" + FIRST,
    "sub\\\\model.safetensors",
    "''",
    "\\u0000"
  })
  void the_index_leads_to_no_other_folder(String name) throws IOException {
    writeIndex("{\"weight_map\": {\"a\": \"" + name + "\"}}");
    assertThatThrownBy(() -> FolderTensors.open(folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessageStartingWith(index() + ": the file of tensor 'a' is '")
        .hasMessageEndingWith("' but must be the name of a file in the same folder.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"weight_map\": {\"a\": \"none\"}} | the file 'none' of tensor 'a' is missing.",
        "{\"weight_map\": {\"b\": \""
            + FIRST
            + "\"}} | tensor 'b' must be in '"
            + FIRST
            + "' but is not there.",
        "{\"weight_map\": {\"a\": 7}} | the file of tensor 'a' is '7' but must be the name of a"
            + " file in the same folder.",
        "{\"weight_map\": []} | there must be an object weight_map that gives each tensor its"
            + " file.",
        "{} | there must be an object weight_map that gives each tensor its file.",
        "[] | the file is another kind of JSON but must be an object.",
        "{\"weight_map\": {\"a\": \""
            + FIRST
            + "\", \"a\": \""
            + FIRST
            + "\"}}"
            + " | must be JSON without repeated names.",
        "{ | what ends at character 1 must be JSON without repeated names."
      })
  void a_damaged_index_is_named(String text, String message) throws IOException {
    writeIndex(text);
    assertThatThrownBy(() -> FolderTensors.open(folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessageStartingWith(index() + ": ")
        .hasMessageEndingWith(message);
  }

  @Test
  void a_damaged_shard_is_named() throws IOException {
    writeIndex("{\"weight_map\": {\"a\": \"%s\"}}".formatted(FIRST));
    Files.write(folder.resolve(FIRST), new byte[5]);
    assertThatThrownBy(() -> FolderTensors.open(folder))
        .hasMessageStartingWith(folder.resolve(FIRST) + ": the file's length is 5");
  }

  @Test
  void limits_come_before_the_tree() throws IOException {
    writeIndex("[".repeat(100_000));
    assertThatThrownBy(() -> FolderTensors.open(folder))
        .hasMessage(index() + ": the depth of brackets is greater but must be at most 50.");
    writeIndex("{\"a\": " + "1".repeat(1_000_000) + "}");
    assertThatThrownBy(() -> FolderTensors.open(folder))
        .hasMessageEndingWith(
            "the number of digits of a number is greater but must be at most 400.");
    writeIndex(" ".repeat(JsonFile.LONGEST) + "{}");
    assertThatThrownBy(() -> FolderTensors.open(folder))
        .hasMessageEndingWith("the file's length is greater but must be at most 16000000 bytes.");
    Files.write(folder.resolve(FolderTensors.INDEX), new byte[] {'{', (byte) 0xc3, '}'});
    assertThatThrownBy(() -> FolderTensors.open(folder))
        .hasMessageEndingWith("the file is no UTF-8 but must be JSON in UTF-8.");
  }
}
