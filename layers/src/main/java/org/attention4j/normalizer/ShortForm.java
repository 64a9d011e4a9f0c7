package org.attention4j.normalizer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The short form of a normalizer: a type, such as {@code sparsemax}, or {@code entmax:1.5}. */
final class ShortForm {
  /** A type has no white space and nothing that JSON begins or ends with. */
  private static final Pattern FORM =
      Pattern.compile("(?<type>[^\\s:{}\\[\\]\"']+)(?<colon>:(?<number>.*))?");

  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?");

  /** Longer texts are cut in messages, and no number needs as many digits. */
  private static final int LONGEST = 60;

  private ShortForm() {}

  /** The JSON fields that say the same. */
  static Map<String, Object> fields(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw notANormalizer(text, null);
    }
    String type = form.group("type");
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put(NormalizerJson.TYPE, type);
    if (form.group("colon") != null) {
      String option =
          NormalizerJson.provider(type)
              .mainOption()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "Normalizer '%s' takes no number; write it alone or as a JSON object."
                              .formatted(type)));
      fields.put(option, number(text, form.group("number").strip()));
    }
    return fields;
  }

  private static double number(String text, String digits) {
    if (digits.length() > LONGEST || !NUMBER.matcher(digits).matches()) {
      throw new IllegalArgumentException(
          "The number in normalizer '%s' is '%s' but must be a decimal number such as 1.5."
              .formatted(shown(text), shown(digits)));
    }
    return Double.parseDouble(digits);
  }

  static IllegalArgumentException notANormalizer(String text, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        "'%s' is not a normalizer; write a short form such as entmax:1.5 or a JSON object such as"
                .formatted(shown(text))
            + " {\"type\":\"top-k\",\"k\":8}.",
        cause);
  }

  static String shown(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
  }
}
