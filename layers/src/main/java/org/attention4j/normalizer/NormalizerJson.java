package org.attention4j.normalizer;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.core.JsonToken;
import org.nd4j.shade.jackson.core.type.TypeReference;
import org.nd4j.shade.jackson.databind.DeserializationContext;
import org.nd4j.shade.jackson.databind.DeserializationFeature;
import org.nd4j.shade.jackson.databind.JsonDeserializer;
import org.nd4j.shade.jackson.databind.JsonSerializer;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.ObjectReader;
import org.nd4j.shade.jackson.databind.SerializerProvider;
import org.nd4j.shade.jackson.databind.jsontype.TypeDeserializer;
import org.nd4j.shade.jackson.databind.jsontype.TypeSerializer;

/** JSON by name, not by class: {@code {"type":"entmax","alpha":1.5}}. */
final class NormalizerJson {
  static final String TYPE = "type";
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final ObjectReader FIELDS =
      MAPPER.readerFor(new TypeReference<Map<String, Object>>() {});
  private static final ObjectReader WHOLE_TEXT =
      FIELDS
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  private NormalizerJson() {}

  static String write(@Nullable Normalizer normalizer) {
    if (normalizer == null) {
      throw new IllegalArgumentException(
          "The normalizer is null but must be one such as Normalizers.softmax().");
    }
    try {
      return MAPPER.writeValueAsString(fields(normalizer));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "Normalizer '%s' has an option that JSON cannot hold: %s"
              .formatted(normalizer.type(), e.getOriginalMessage()),
          e);
    }
  }

  /** Reads a JSON object or a short form. */
  static Normalizer read(@Nullable String text) {
    if (text == null) {
      throw ShortForm.notANormalizer("null", null);
    }
    String stripped = text.strip();
    return create(stripped.startsWith("{") ? object(stripped) : ShortForm.fields(stripped));
  }

  /** What is in the way of saving; null if nothing is. */
  static @Nullable String obstacle(Normalizer normalizer) {
    try {
      String json = write(normalizer);
      String again = write(read(json));
      return json.equals(again)
          ? null
          : "Normalizer '%s' is saved as %s but read as %s."
              .formatted(normalizer.type(), json, again);
    } catch (RuntimeException e) {
      return e.getMessage() == null ? e.toString() : e.getMessage();
    }
  }

  private static Map<String, Object> object(String json) {
    try {
      return WHOLE_TEXT.readValue(json);
    } catch (JsonProcessingException e) {
      throw ShortForm.notANormalizer(json, e);
    }
  }

  private static Map<String, Object> fields(Normalizer normalizer) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put(TYPE, normalizer.type());
    normalizer
        .options()
        .forEach(
            (name, value) ->
                fields.put(name, value instanceof Normalizer inner ? fields(inner) : value));
    return fields;
  }

  static Normalizer create(Map<String, Object> fields) {
    Map<String, Object> values = new LinkedHashMap<>(fields);
    Object type = values.remove(TYPE);
    if (!(type instanceof String name)) {
      throw new IllegalArgumentException("A normalizer needs a type; known are " + known() + ".");
    }
    NormalizerProvider provider = provider(name);
    NormalizerOptions options = new NormalizerOptions(name, values);
    @Nullable Normalizer normalizer = provider.create(options);
    if (normalizer == null) {
      throw new IllegalArgumentException(
          "Normalizer '%s': the provider %s made null but must make a normalizer."
              .formatted(name, provider.getClass().getName()));
    }
    options.rejectUnknown();
    return normalizer;
  }

  static NormalizerProvider provider(String type) {
    NormalizerProvider provider = NormalizerTypes.provider(type);
    if (provider == null) {
      throw new IllegalArgumentException(
          "There is no normalizer '" + ShortForm.shown(type) + "'; known are " + known() + ".");
    }
    return provider;
  }

  private static String known() {
    return String.join(", ", NormalizerTypes.providers().keySet());
  }

  /** Writes a normalizer inside a layer's configuration. */
  static final class Writer extends JsonSerializer<Normalizer> {
    @Override
    public void serialize(Normalizer value, JsonGenerator generator, SerializerProvider serializers)
        throws IOException {
      generator.writeObject(fields(value));
    }

    @Override
    public void serializeWithType(
        Normalizer value,
        JsonGenerator generator,
        SerializerProvider serializers,
        TypeSerializer typeSerializer)
        throws IOException {
      serialize(value, generator, serializers);
    }
  }

  /** Reads a normalizer inside a layer's configuration. */
  static final class Reader extends JsonDeserializer<Normalizer> {
    @Override
    public Normalizer deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      return parser.currentToken() == JsonToken.VALUE_STRING
          ? read(parser.getText())
          : create(FIELDS.readValue(parser));
    }

    @Override
    public Object deserializeWithType(
        JsonParser parser, DeserializationContext context, TypeDeserializer typeDeserializer)
        throws IOException {
      return deserialize(parser, context);
    }
  }
}
