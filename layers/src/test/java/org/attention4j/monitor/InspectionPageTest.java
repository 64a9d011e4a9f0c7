package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** The file that an inspected input is saved to. */
final class InspectionPageTest {
  private static final Pattern DATA =
      Pattern.compile("<script type=\"application/json\" id=\"data\">([^<>&]*)</script>");

  @TempDir private Path directory;

  private static InspectedAttention inspected(int heads, int steps, List<String> tokens) {
    MultiLayerNetwork network =
        TestNetworks.of(
                new SelfAttentionLayer.Builder()
                    .name("<i>")
                    .nOut(14)
                    .nHeads(heads)
                    .projectInput(true)
                    .causal(true)
                    .build())
            .perturbed(0.3)
            .network(DataType.FLOAT);
    AttentionInspector inspector = AttentionInspector.of(network);
    return (tokens.isEmpty() ? inspector : inspector.tokens(tokens))
        .inspect(Sequences.input(DataType.FLOAT, 1, steps));
  }

  private JsonNode saved(InspectedAttention seen) throws IOException {
    Path file = directory.resolve("page.html");
    seen.save(file);
    Matcher data = DATA.matcher(Files.readString(file));
    assertThat(data.find()).isTrue();
    return new ObjectMapper().readTree(data.group(1)).get(0);
  }

  @Test
  void holdsLabelsAndNumbers() throws IOException {
    List<String> tokens = List.of("</script><b>", "&lt;\"'", "\u2028é\n");
    InspectedAttention seen = inspected(2, 3, tokens);
    JsonNode layer = saved(seen);
    String page = Files.readString(directory.resolve("page.html"));
    assertThat(page).doesNotContain("</script><b>", "&lt;\\\"", "<i>", "@DATA@");
    assertThat(page).doesNotContainPattern("https?:|src=|href=|url\\(");
    assertThat(layer.get("name").asText()).isEqualTo("<i>");
    for (int i = 0; i < 3; i++) {
      assertThat(layer.get("queries").get(i).asText()).isEqualTo(tokens.get(i));
      assertThat(layer.get("keys").get(i).asText()).isEqualTo(tokens.get(i));
    }
    for (int head = 0; head < 2; head++) {
      JsonNode numbers = layer.get("heads").get(head);
      check(numbers.get("weights").asText(), seen.layers().get(0).weights(head));
      check(numbers.get("scores").asText(), seen.layers().get(0).scores(head));
      check(numbers.get("entropy").asText(), seen.layers().get(0).entropy(head));
    }
  }

  private static void check(String encoded, INDArray expected) {
    ByteBuffer bytes =
        ByteBuffer.wrap(Base64.getDecoder().decode(encoded)).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(bytes.remaining()).isEqualTo(4 * expected.length());
    for (double number : expected.ravel().toDoubleVector()) {
      assertThat(bytes.getFloat()).isEqualTo((float) number);
    }
  }

  @Test
  void showsTheBeginningOfLongInputs() throws IOException {
    JsonNode layer = saved(inspected(1, 523, List.of()));
    assertThat(layer.get("queries")).hasSize(512);
    assertThat(layer.get("keys")).hasSize(512);
    assertThat(layer.get("allKeys").asInt()).isEqualTo(523);
    assertThat(layer.get("heads").get(0).get("weights").asText())
        .hasSize((512 * 512 * 4 + 2) / 3 * 4);
    assertThat(InspectionPage.limit(8)).isEqualTo(512);
    assertThat(InspectionPage.limit(64)).isEqualTo(181);
  }

  @Test
  void isWrittenWholeOrNotAtAll() throws IOException {
    Path file = directory.resolve("page.html");
    Files.writeString(file, "old");
    InspectedAttention seen = inspected(2, 3, List.of());
    seen.save(file);
    assertThat(Files.readString(file)).startsWith("<!doctype html>").endsWith("</html>\n");
    assertThat(directory.toFile().list()).containsExactly("page.html");
    assertThatThrownBy(() -> seen.save(directory.resolve("none").resolve("page.html")))
        .isInstanceOf(NoSuchFileException.class);
  }
}
