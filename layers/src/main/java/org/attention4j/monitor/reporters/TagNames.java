package org.attention4j.monitor.reporters;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Names as a part of a tag or as a folder's name: of letters, digits, {@code _}, {@code -} and
 * {@code .} alone, as in TensorFlow. Different names stay different: what would be a second {@code
 * att_1} becomes {@code att_1_2}.
 */
final class TagNames {
  private final Map<String, String> cleaned = new HashMap<>();
  private final Set<String> taken;

  /**
   * Begins without names.
   *
   * @param reserved what no name may become
   */
  TagNames(String... reserved) {
    taken = new HashSet<>(Set.of(reserved));
  }

  String of(String name) {
    return cleaned.computeIfAbsent(name, this::free);
  }

  private String free(String name) {
    String base = name.isEmpty() ? "_" : name.replaceAll("[^A-Za-z0-9_.-]|^\\.", "_");
    String candidate = base;
    for (int i = 2; !taken.add(candidate); i++) {
      candidate = base + "_" + i;
    }
    return candidate;
  }
}
