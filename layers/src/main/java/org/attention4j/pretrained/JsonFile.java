package org.attention4j.pretrained;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.nd4j.shade.jackson.core.JsonFactory;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.core.JsonToken;
import org.nd4j.shade.jackson.core.StreamReadFeature;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * Reads the small JSON files of a model. They are not trusted: length, depth and the digits of
 * numbers are limited before a tree is built.
 */
final class JsonFile {
  /** The index of a model with 10,000 tensors has about 1 MB. */
  static final int LONGEST = 16_000_000;

  static final int DEEPEST = 50;

  /** Enough for any double; converting millions of digits takes long. */
  private static final int MOST_DIGITS = 400;

  private static final ObjectMapper MAPPER =
      new ObjectMapper(
          JsonFactory.builder()
              .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
              .build());

  private JsonFile() {}

  /**
   * Reads a file that holds an object.
   *
   * @throws ModelFileException if it does not
   */
  static JsonNode read(Path file) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(LONGEST + 1);
    }
    if (bytes.length > LONGEST) {
      throw ModelFileException.of(
          file.toString(), "the file's length", "greater", "at most " + LONGEST + " bytes");
    }
    String text;
    try {
      text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw ModelFileException.of(file.toString(), "the file", "no UTF-8", "JSON in UTF-8");
    }
    return parse(file.toString(), text);
  }

  /**
   * Reads text that is an object.
   *
   * @param file what messages call it
   */
  static JsonNode parse(String file, String text) throws IOException {
    try {
      checkDepth(file, text);
      JsonNode node = MAPPER.readTree(text);
      if (!node.isObject()) {
        throw ModelFileException.of(file, "the file", "another kind of JSON", "an object");
      }
      return node;
    } catch (JsonProcessingException e) {
      throw new ModelFileException(
          "%s: what ends at character %d must be JSON without repeated names."
              .formatted(file, e.getLocation() == null ? 0 : e.getLocation().getCharOffset()));
    }
  }

  private static void checkDepth(String file, String text) throws IOException {
    try (JsonParser json = MAPPER.getFactory().createParser(text)) {
      int depth = 0;
      JsonToken token = json.nextToken();
      while (token != null) {
        if (token.isStructStart()) {
          depth++;
          if (depth > DEEPEST) {
            throw ModelFileException.of(
                file, "the depth of brackets", "greater", "at most " + DEEPEST);
          }
        } else if (token.isStructEnd()) {
          depth--;
        } else if (token.isNumeric() && json.getTextLength() > MOST_DIGITS) {
          throw ModelFileException.of(
              file, "the number of digits of a number", "greater", "at most " + MOST_DIGITS);
        }
        token = json.nextToken();
      }
    }
  }
}
