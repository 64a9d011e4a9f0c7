package org.attention4j.pretrained;

import java.util.Set;

/** A kind of transformer: what its configuration means, and which tensor is which parameter. */
interface Family {
  /** Whether a model of this family has a pooler, which makes one vector of a sequence. */
  default boolean hasPooler() {
    return false;
  }

  /** Reads the configuration. */
  Architecture architecture(ModelConfig config) throws ModelFileException;

  /** Says where the parameters of the network come from. */
  void plan(Architecture architecture, WeightPlan plan) throws ModelFileException;

  /** What the names of tensors begin with: a prefix if there are such names, else nothing. */
  static String prefix(Set<String> names, String prefix, String probe) {
    return names.contains(prefix + probe) ? prefix : "";
  }
}
