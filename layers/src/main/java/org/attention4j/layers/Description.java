package org.attention4j.layers;

import org.jspecify.annotations.Nullable;

/** A layer or vertex in one line, for logs, errors and Deeplearning4j's own messages. */
final class Description {
  private final StringBuilder text = new StringBuilder();
  private String separator = "";

  Description(Class<?> type, @Nullable String name) {
    text.append(type.getSimpleName()).append('(');
    if (name != null) {
      with("name", name);
    }
  }

  Description sizes(long nIn, long nOut) {
    return with("nIn", nIn == 0 ? "?" : nIn).with("nOut", nOut == 0 ? "?" : nOut);
  }

  Description with(String option, Object value) {
    text.append(separator).append(option).append('=').append(value);
    separator = ", ";
    return this;
  }

  /** Adds an option only where it is not as it starts. */
  Description unless(Object start, String option, @Nullable Object value) {
    return value == null || value.equals(start) ? this : with(option, value);
  }

  @Override
  public String toString() {
    return text + ")";
  }
}
