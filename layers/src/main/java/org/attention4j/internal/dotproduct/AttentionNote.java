package org.attention4j.internal.dotproduct;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * Says of one attention in a SameDiff graph which variables are its parts, so that it can be
 * watched. It stands in the graph itself, as JSON in a constant that no operation reads. So it is
 * saved and loaded with the graph, and costs nothing when the graph runs.
 *
 * <p>Dimensions: b examples, h query heads, g heads of keys and values, d features of a query, dv
 * of a value.
 *
 * @param name the attention's name, with its name scope
 * @param normalizer from scores to weights; null if it cannot be written as JSON
 * @param queries the name of Q [b * g, (h / g) * Tq, d], before the scale
 * @param keys the name of K [b * g, Tk, d]
 * @param values the name of V [b * g, Tk, dv]
 * @param unbiased the name of the scores before anything is added to them, [b, h, Tq, Tk]; null if
 *     nothing is
 * @param scores the name of the scores that the normalizer gets, [b, h, Tq, Tk]
 * @param masked whether the scores have {@link
 *     org.attention4j.normalizer.NormalizerContext#MASKED_SCORE} at hidden keys
 * @param weights the name of the weights before dropout, [b, h, Tq, Tk]
 * @param output the name of the weighted values [b * g, (h / g) * Tq, dv]
 * @param aligned whether a query stands at the key with its number if there are as many of both
 * @param parameters the names of the normalizer's parameters in the graph, by their own
 */
public record AttentionNote(
    String name,
    @Nullable Normalizer normalizer,
    String queries,
    String keys,
    String values,
    @Nullable String unbiased,
    String scores,
    boolean masked,
    String weights,
    String output,
    boolean aligned,
    Map<String, String> parameters) {
  private static final String SUFFIX = "/attention4j";
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * The name of the constant of an attention.
   *
   * @param name the attention's name, with its name scope
   * @return the name
   */
  public static String constant(String name) {
    return name + SUFFIX;
  }

  /**
   * Adds this note to a graph.
   *
   * @param sd the graph
   */
  public void addTo(SameDiff sd) {
    ObjectNode fields = JSON.createObjectNode();
    try {
      if (normalizer != null && Normalizers.obstacleToSaving(normalizer).isEmpty()) {
        fields.set("normalizer", JSON.readTree(Normalizers.toJson(normalizer)));
      }
      fields.put("queries", queries).put("keys", keys).put("values", values);
      if (unbiased != null) {
        fields.put("unbiased", unbiased);
      }
      fields.put("scores", scores).put("masked", masked).put("weights", weights);
      fields.put("output", output).put("aligned", aligned);
      ObjectNode names = fields.putObject("parameters");
      parameters.forEach(names::put);
      byte[] text = JSON.writeValueAsString(fields).getBytes(StandardCharsets.UTF_8);
      sd.constant(constant(name), Nd4j.createFromArray(text));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("The note of attention '" + name + "' is no JSON.", e);
    }
  }

  /**
   * The notes of all attention in a graph.
   *
   * @param sd the graph
   * @return one for each, in the order of their names; notes that cannot be read are left out
   */
  public static List<AttentionNote> of(SameDiff sd) {
    List<AttentionNote> notes = new ArrayList<>();
    for (SDVariable variable : sd.variables()) {
      if (variable.name().endsWith(SUFFIX)
          && variable.isConstant()
          && variable.dataType() == DataType.INT8) {
        AttentionNote note = read(variable);
        if (note != null && note.isComplete(sd)) {
          notes.add(note);
        }
      }
    }
    return notes;
  }

  private static @Nullable AttentionNote read(SDVariable constant) {
    String name = constant.name().substring(0, constant.name().length() - SUFFIX.length());
    INDArray array = constant.getArr();
    byte[] text = new byte[Math.toIntExact(array.length())];
    for (int i = 0; i < text.length; i++) {
      text[i] = (byte) array.getInt(i);
    }
    try {
      JsonNode fields = JSON.readTree(new String(text, StandardCharsets.UTF_8));
      Map<String, String> parameters = new TreeMap<>();
      fields
          .path("parameters")
          .fields()
          .forEachRemaining(entry -> parameters.put(entry.getKey(), entry.getValue().asText()));
      JsonNode unbiased = fields.get("unbiased");
      return new AttentionNote(
          name,
          normalizer(fields.get("normalizer")),
          fields.path("queries").asText(),
          fields.path("keys").asText(),
          fields.path("values").asText(),
          unbiased == null ? null : unbiased.asText(),
          fields.path("scores").asText(),
          fields.path("masked").asBoolean(),
          fields.path("weights").asText(),
          fields.path("output").asText(),
          fields.path("aligned").asBoolean(),
          parameters);
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  /** Null for a type that is not known here. */
  private static @Nullable Normalizer normalizer(@Nullable JsonNode json) {
    if (json == null) {
      return null;
    }
    try {
      return Normalizers.fromJson(json.toString());
    } catch (IllegalArgumentException unknown) {
      return null;
    }
  }

  private boolean isComplete(SameDiff sd) {
    return sd.hasVariable(queries)
        && sd.hasVariable(keys)
        && sd.hasVariable(values)
        && (unbiased == null || sd.hasVariable(unbiased))
        && sd.hasVariable(scores)
        && sd.hasVariable(weights)
        && sd.hasVariable(output)
        && parameters.values().stream().allMatch(sd::hasVariable);
  }
}
