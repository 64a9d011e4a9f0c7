package org.attention4j;

import static com.tngtech.archunit.lang.SimpleConditionEvent.violated;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import org.jspecify.annotations.NullMarked;

/**
 * Which package may know which: kernel ← internal.graph ← normalizer ← internal.dotproduct ←
 * samediff ← dl4j ← layers ← monitor, and theory aside, for the monitor alone. A rule about a package that has no class yet holds.
 */
@AnalyzeClasses(
    packages = "org.attention4j",
    importOptions = {ImportOption.DoNotIncludeTests.class})
final class ArchitectureTest {

  private static final String KERNEL = "org.attention4j.kernel..";
  private static final String GRAPH = "org.attention4j.internal.graph..";
  private static final String NORMALIZER = "org.attention4j.normalizer..";
  private static final String DOT_PRODUCT = "org.attention4j.internal.dotproduct..";
  private static final String SAMEDIFF = "org.attention4j.samediff..";
  private static final String DL4J = "org.attention4j.dl4j..";
  private static final String LAYERS = "org.attention4j.layers..";
  private static final String THEORY = "org.attention4j.theory..";
  private static final String MONITOR = "org.attention4j.monitor..";

  private static final String UPSTREAM_ND4J = "org.nd4j..";
  private static final String UPSTREAM_DL4J = "org.deeplearning4j..";

  @ArchTest
  static final ArchRule arrows_run_one_way =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("org.attention4j..")
          .withOptionalLayers(true)
          .layer("kernel")
          .definedBy(KERNEL)
          .layer("graph")
          .definedBy(GRAPH)
          .layer("normalizer")
          .definedBy(NORMALIZER)
          .layer("dotproduct")
          .definedBy(DOT_PRODUCT)
          .layer("samediff")
          .definedBy(SAMEDIFF)
          .layer("dl4j")
          .definedBy(DL4J)
          .layer("layers")
          .definedBy(LAYERS)
          .layer("theory")
          .definedBy(THEORY)
          .layer("monitor")
          .definedBy(MONITOR)
          .whereLayer("kernel")
          .mayOnlyBeAccessedByLayers(
              "graph", "normalizer", "dotproduct", "samediff", "dl4j", "layers", "monitor")
          .whereLayer("graph")
          .mayOnlyBeAccessedByLayers(
              "normalizer", "dotproduct", "samediff", "dl4j", "layers", "monitor")
          .whereLayer("normalizer")
          .mayOnlyBeAccessedByLayers("dotproduct", "samediff", "dl4j", "layers", "monitor")
          .whereLayer("dotproduct")
          .mayOnlyBeAccessedByLayers("samediff", "dl4j", "layers", "monitor")
          .whereLayer("samediff")
          .mayOnlyBeAccessedByLayers("dl4j", "layers", "monitor")
          .whereLayer("dl4j")
          .mayOnlyBeAccessedByLayers("layers", "monitor")
          .whereLayer("layers")
          .mayOnlyBeAccessedByLayers("monitor")
          .whereLayer("theory")
          .mayOnlyBeAccessedByLayers("monitor")
          .whereLayer("monitor")
          .mayNotBeAccessedByAnyLayer();

  @ArchTest
  static final ArchRule no_package_is_part_of_a_cycle =
      slices().matching("org.attention4j.(**)").should().beFreeOfCycles().allowEmptyShould(true);

  @ArchTest
  static final ArchRule kernel_runs_on_plain_arrays =
      noClasses()
          .that()
          .resideInAPackage(KERNEL)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(UPSTREAM_ND4J, UPSTREAM_DL4J)
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule what_runs_in_any_graph_knows_nothing_of_dl4j =
      noClasses()
          .that()
          .resideInAnyPackage(GRAPH, NORMALIZER, DOT_PRODUCT, SAMEDIFF, THEORY)
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
