package org.attention4j.normalizer;

import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
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
  private static final String TYPE = "type";
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final ObjectReader FIELDS =
      MAPPER.readerFor(new TypeReference<Map<String, Object>>() {});
  private static final ObjectReader WHOLE_TEXT =
      FIELDS
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  private NormalizerJson() {}

  static String write(Normalizer normalizer) {
    try {
      return MAPPER.writeValueAsString(fields(normalizer));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "Normalizer '%s' has an option that JSON cannot hold: %s"
              .formatted(normalizer.type(), e.getOriginalMessage()),
          e);
    }
  }

  static Normalizer read(String json) {
    Map<String, Object> fields;
    try {
      fields = WHOLE_TEXT.readValue(json);
    } catch (JsonProcessingException e) {
      throw notANormalizer(json, e);
    }
    if (fields == null) {
      throw notANormalizer(json, null);
    }
    return create(fields);
  }

  private static IllegalArgumentException notANormalizer(
      String json, @Nullable JsonProcessingException cause) {
    return new IllegalArgumentException(
        "'%s' is not a normalizer; write a JSON object such as {\"type\":\"top-k\",\"k\":8}."
            .formatted(json),
        cause);
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
    Map<String, NormalizerProvider> providers = NormalizerTypes.providers();
    if (!(type instanceof String name)) {
      throw new IllegalArgumentException(
          "A normalizer needs a type; known are " + list(providers.keySet()) + ".");
    }
    NormalizerProvider provider = providers.get(name);
    if (provider == null) {
      throw new IllegalArgumentException(
          "There is no normalizer '" + name + "'; known are " + list(providers.keySet()) + ".");
    }
    NormalizerOptions options = new NormalizerOptions(name, values);
    Normalizer normalizer = provider.create(options);
    options.rejectUnknown();
    return normalizer;
  }

  private static String list(Collection<String> names) {
    return String.join(", ", names);
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
      return create(FIELDS.readValue(parser));
    }

    @Override
    public Object deserializeWithType(
        JsonParser parser, DeserializationContext context, TypeDeserializer typeDeserializer)
        throws IOException {
      return deserialize(parser, context);
    }
  }
}
