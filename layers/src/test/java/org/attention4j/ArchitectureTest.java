package org.attention4j;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.SimpleConditionEvent.violated;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/**
 * Which package may know which: each only those before it in {@link #ORDER}, and theory aside, for
 * what measures alone.
 */
@AnalyzeClasses(
    packages = "org.attention4j",
    importOptions = {ImportOption.DoNotIncludeTests.class})
final class ArchitectureTest {

  private static final String ROOT = "org.attention4j.";

  /** From the inner loops outwards. */
  private static final List<String> ORDER =
      List.of(
          "internal.vector",
          "internal.threads",
          "internal.memory",
          "internal.files",
          "kernel",
          "internal.linear",
          "internal.norm",
          "internal.feedforward",
          "internal.crossentropy",
          "internal.attention",
          "internal.graph",
          "normalizer",
          "internal.dotproduct",
          "samediff",
          "dl4j",
          "layers",
          "monitor.metrics",
          "monitor.alarms",
          "internal.monitor",
          "monitor.reporters",
          "internal.probes",
          "monitor",
          "monitor.ui",
          "limits",
          "training",
          "generation",
          "pretrained");

  private static final String DL4J = "org.attention4j.dl4j..";
  private static final String THEORY = "org.attention4j.theory..";
  private static final String MONITOR = "org.attention4j.monitor..";
  private static final String LIMITS = "org.attention4j.limits..";
  private static final String PROBES = "org.attention4j.internal.probes..";

  private static final String UPSTREAM_ND4J = "org.nd4j..";
  private static final String UPSTREAM_DL4J = "org.deeplearning4j..";

  @ArchTest static final ArchRule arrows_run_one_way = eachKnowsOnlyThoseBefore();

  private static ArchRule eachKnowsOnlyThoseBefore() {
    LayeredArchitecture layers =
        layeredArchitecture().consideringOnlyDependenciesInAnyPackage("org.attention4j..");
    for (String name : ORDER) {
      layers = layers.layer(name).definedBy(packages(name));
    }
    for (int i = 0; i < ORDER.size(); i++) {
      String[] later = ORDER.subList(i + 1, ORDER.size()).toArray(new String[0]);
      layers =
          later.length == 0
              ? layers.whereLayer(ORDER.get(i)).mayNotBeAccessedByAnyLayer()
              : layers.whereLayer(ORDER.get(i)).mayOnlyBeAccessedByLayers(later);
    }
    return layers;
  }

  /** With the packages below, unless one of these has an entry of its own. */
  private static String packages(String name) {
    boolean alone = ORDER.stream().anyMatch(other -> other.startsWith(name + "."));
    return ROOT + name + (alone ? "" : "..");
  }

  private static String[] before(String name) {
    return ORDER.subList(0, ORDER.indexOf(name)).stream()
        .map(ArchitectureTest::packages)
        .toArray(String[]::new);
  }

  /** What is public outside "internal" is meant for users, who cannot use what is internal. */
  @ArchTest
  static final ArchRule users_see_nothing_internal =
      methods()
          .that()
          .areDeclaredInClassesThat(
              describe("users see", type -> isForUsers(type) && !type.isAnonymousClass()))
          .and(
              describe(
                  "users can call or override",
                  method ->
                      method.getModifiers().contains(JavaModifier.PUBLIC)
                          || method.getModifiers().contains(JavaModifier.PROTECTED)))
          .should(
              new ArchCondition<>("have no parameter or result of an internal type") {
                @Override
                public void check(JavaMethod method, ConditionEvents events) {
                  Stream.concat(
                          Stream.of(method.getRawReturnType()),
                          method.getRawParameterTypes().stream())
                      .filter(type -> type.getPackageName().startsWith(ROOT + "internal"))
                      .forEach(
                          type ->
                              events.add(
                                  violated(method, method.getFullName() + " shows " + type)));
                }
              });

  private static boolean isForUsers(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && !type.getPackageName().contains(".internal")
        && type.getEnclosingClass().map(ArchitectureTest::isForUsers).orElse(true);
  }

  @ArchTest
  static final ArchRule only_what_measures_knows_theory =
      noClasses()
          .that()
          .resideOutsideOfPackages(THEORY, MONITOR, LIMITS, PROBES)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(THEORY);

  @ArchTest
  static final ArchRule no_package_is_part_of_a_cycle =
      slices().matching("org.attention4j.(**)").should().beFreeOfCycles().allowEmptyShould(true);

  @ArchTest
  static final ArchRule kernel_runs_on_plain_arrays =
      noClasses()
          .that()
          .resideInAnyPackage(before("internal.graph"))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(UPSTREAM_ND4J, UPSTREAM_DL4J)
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule what_runs_in_any_graph_knows_nothing_of_dl4j =
      noClasses()
          .that()
          .resideInAnyPackage(before("dl4j"))
          .should()
          .dependOnClassesThat()
          .resideInAPackage(UPSTREAM_DL4J)
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule theory_stands_on_nd4j_alone =
      classes()
          .that()
          .resideInAPackage(THEORY)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(THEORY, UPSTREAM_ND4J, "java..", "org.jspecify..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule one_adapter_touches_the_samediff_runtime_of_dl4j =
      noClasses()
          .that()
          .resideOutsideOfPackage(DL4J)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.deeplearning4j.nn.layers.samediff..")
          .allowEmptyShould(true);

  @ArchTest static final ArchRule nothing_is_printed = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

  @ArchTest
  static final ArchRule exceptions_say_what_they_are = NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;

  @ArchTest
  static final ArchRule every_package_is_null_marked =
      classes().should(resideInANullMarkedPackage()).allowEmptyShould(true);

  private static ArchCondition<JavaClass> resideInANullMarkedPackage() {
    return new ArchCondition<>("reside in a package marked @NullMarked") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
          events.add(violated(type, type.getName() + " needs a @NullMarked package-info.java"));
        }
      }
    };
  }
}
