package org.attention4j.dl4j;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which kernels OpenBLAS has chosen, which multiplies matrices for the CPU backend. The version
 * that comes with it is of 2021. On a processor that it does not know it takes kernels of the year
 * 2008, which run at a fraction of the speed.
 */
final class OpenBlasKernels {
  private static final Logger LOG = LoggerFactory.getLogger(OpenBlasKernels.class);
  private static final AtomicBoolean CHECKED = new AtomicBoolean();

  /** OpenBLAS keeps a pointer under this name to one table of kernels of many. */
  private static final String CHOSEN = "gotoblas";

  private static final Set<String> WITH_AVX2 =
      Set.of("HASWELL", "ZEN", "EXCAVATOR", "SKYLAKEX", "COOPERLAKE", "SAPPHIRERAPIDS");

  private static final List<String> WITHOUT =
      List.of(
          "PRESCOTT",
          "CORE2",
          "PENRYN",
          "DUNNINGTON",
          "NEHALEM",
          "ATOM",
          "OPTERON",
          "OPTERON_SSE3",
          "BARCELONA",
          "BOBCAT",
          "NANO",
          "SANDYBRIDGE",
          "BULLDOZER",
          "PILEDRIVER",
          "STEAMROLLER");

  private static final Path PROCESSOR = Path.of("/proc/cpuinfo");
  private static final String AVX2 = "avx2";

  private OpenBlasKernels() {}

  /** Says once in the log if the kernels do not use what the processor has. */
  static void check() {
    if (CHECKED.compareAndSet(false, true)) {
      chosen().flatMap(kernels -> complaint(kernels, processor())).ifPresent(LOG::warn);
    }
  }

  /**
   * A sentence about slow kernels.
   *
   * @param kernels the name of the chosen ones
   * @param processor what the operating system tells of the processor
   * @return empty if there is nothing to say
   */
  static Optional<String> complaint(String kernels, String processor) {
    return WITH_AVX2.contains(kernels) || !processor.contains(AVX2)
        ? Optional.empty()
        : Optional.of(
            ("OpenBLAS, which multiplies matrices for Deeplearning4j, runs its kernels for %s,"
                    + " which do not use AVX2 as this processor could; set the environment variable"
                    + " OPENBLAS_CORETYPE=Haswell before Java starts.")
                .formatted(kernels));
  }

  /**
   * The kernels by the name that {@code OPENBLAS_CORETYPE} knows them by, in capitals.
   *
   * @return empty if OpenBLAS is not loaded, or is of a kind or version that does not tell
   */
  static Optional<String> chosen() {
    try {
      Pointer variable = address(CHOSEN);
      if (variable == null) {
        return Optional.empty();
      }
      Pointer table = new PointerPointer<>(variable).get(0);
      return Stream.concat(WITH_AVX2.stream(), WITHOUT.stream())
          .filter(name -> table != null && table.equals(address(CHOSEN + "_" + name)))
          .findFirst();
    } catch (LinkageError e) {
      return Optional.empty();
    }
  }

  private static @Nullable Pointer address(String symbol) {
    return Loader.addressof(symbol);
  }

  private static String processor() {
    try {
      return Files.isReadable(PROCESSOR) ? Files.readString(PROCESSOR) : "";
    } catch (IOException e) {
      return "";
    }
  }
}
