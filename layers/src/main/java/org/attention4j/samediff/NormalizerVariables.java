package org.attention4j.samediff;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.internal.dotproduct.AttentionNote;
import org.attention4j.internal.dotproduct.DotProductAttention;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerParameter;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** The learnable parameters of a normalizer as variables of a graph. */
final class NormalizerVariables {
  private final List<NormalizerParameter> declared;

  /**
   * Takes what the normalizer declares.
   *
   * @param heads the number of heads; 0 if it is not known and no parameter asks for it
   */
  NormalizerVariables(Normalizer normalizer, int heads) {
    declared = normalizer.parameters(Math.max(heads, 1));
  }

  /** Variables that come from elsewhere, of which none may be missing. */
  Map<String, SDVariable> check(Map<String, SDVariable> given) {
    for (NormalizerParameter parameter : declared) {
      DotProductAttention.require(
          given.containsKey(parameter.name()),
          "normalizer's parameters",
          given.keySet(),
          "all that it declares, and '" + parameter.name() + "' is missing");
    }
    return given;
  }

  /**
   * New variables with their initial values.
   *
   * @param attention the name of the attention, from {@link #freeName}
   */
  Map<String, SDVariable> create(SameDiff sd, String attention, DataType type) {
    Map<String, SDVariable> created = new LinkedHashMap<>();
    for (NormalizerParameter parameter : declared) {
      long[] shape = {parameter.heads()};
      created.put(
          parameter.name(),
          sd.var(
              attention + "/" + parameter.name(),
              Nd4j.valueArrayOf(shape, parameter.initialValue(), type)));
    }
    return created;
  }

  /**
   * The name of an attention in its name scope, or the next one that is free. The scope is put
   * before it here, since SameDiff does so for the results of operations only.
   */
  String freeName(SameDiff sd, String name) {
    String scoped = sd.currentNameScope() == null ? name : sd.currentNameScope() + "/" + name;
    String free = scoped;
    for (int i = 1; isTaken(sd, free); i++) {
      free = scoped + "_" + i;
    }
    return free;
  }

  private boolean isTaken(SameDiff sd, String name) {
    return sd.hasVariable(AttentionNote.constant(name))
        || declared.stream().anyMatch(parameter -> sd.hasVariable(name + "/" + parameter.name()));
  }
}
