package org.attention4j.examples;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.concurrent.Callable;

/** The packages of the examples and who may use whom. */
@AnalyzeClasses(packages = ArchitectureTest.ROOT, importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  static final String ROOT = "org.attention4j.examples";
  private static final String[] COMMANDS = {
    "compare", "temperature", "recall", "normalize", "pretrained", "characters", "paper"
  };

  @ArchTest
  static final ArchRule packagesUseOnlyThoseBelow =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("main")
          .definedBy(ROOT)
          .layer("compare")
          .definedBy(ROOT + ".compare")
          .layer("temperature")
          .definedBy(ROOT + ".temperature")
          .layer("recall")
          .definedBy(ROOT + ".recall")
          .layer("normalize")
          .definedBy(ROOT + ".normalize")
          .layer("pretrained")
          .definedBy(ROOT + ".pretrained")
          .layer("characters")
          .definedBy(ROOT + ".characters")
          .layer("paper")
          .definedBy(ROOT + ".paper")
          .layer("models")
          .definedBy(ROOT + ".models")
          .layer("quickstart")
          .definedBy(ROOT + ".quickstart")
          .layer("retrieval")
          .definedBy(ROOT + ".retrieval")
          .layer("training")
          .definedBy(ROOT + ".training")
          .layer("statistics")
          .definedBy(ROOT + ".statistics")
          .layer("report")
          .definedBy(ROOT + ".report")
          .layer("support")
          .definedBy(ROOT + ".support")
          .whereLayer("main")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("quickstart")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("compare")
          .mayOnlyBeAccessedByLayers("main")
          .whereLayer("temperature")
          .mayOnlyBeAccessedByLayers("main")
          .whereLayer("recall")
          .mayOnlyBeAccessedByLayers("main")
          .whereLayer("normalize")
          .mayOnlyBeAccessedByLayers("main")
          .whereLayer("pretrained")
          .mayOnlyBeAccessedByLayers("main")
          .whereLayer("characters")
          .mayOnlyBeAccessedByLayers("main")
          .whereLayer("paper")
          .mayOnlyBeAccessedByLayers("main")
          .whereLayer("models")
          .mayOnlyBeAccessedByLayers("pretrained", "paper")
          .whereLayer("retrieval")
          .mayOnlyBeAccessedByLayers("compare", "temperature", "recall")
          .whereLayer("training")
          .mayOnlyBeAccessedByLayers(
              "compare",
              "temperature",
              "recall",
              "normalize",
              "pretrained",
              "characters",
              "paper",
              "retrieval")
          .whereLayer("statistics")
          .mayOnlyBeAccessedByLayers(COMMANDS)
          .whereLayer("report")
          .mayOnlyBeAccessedByLayers(COMMANDS)
          .whereLayer("quickstart")
          .mayNotAccessAnyLayer()
          .whereLayer("support")
          .mayNotAccessAnyLayer();

  @ArchTest
  static final ArchRule noPackageCycle =
      slices().matching(ROOT + ".(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule everyClassHasItsPlace =
      classes()
          .should()
          .resideInAnyPackage(
              ROOT,
              ROOT + ".compare",
              ROOT + ".temperature",
              ROOT + ".recall",
              ROOT + ".normalize",
              ROOT + ".pretrained",
              ROOT + ".characters",
              ROOT + ".paper",
              ROOT + ".models",
              ROOT + ".quickstart",
              ROOT + ".retrieval",
              ROOT + ".training",
              ROOT + ".statistics",
              ROOT + ".report",
              ROOT + ".support");

  @ArchTest
  static final ArchRule aCommandShowsNothingButItself =
      noClasses()
          .that()
          .resideInAnyPackage(
              ROOT + ".compare",
              ROOT + ".temperature",
              ROOT + ".recall",
              ROOT + ".normalize",
              ROOT + ".pretrained",
              ROOT + ".characters",
              ROOT + ".paper")
          .and()
          .areTopLevelClasses()
          .and()
          .doNotImplement(Callable.class)
          .should()
          .bePublic();

  @ArchTest
  static final ArchRule oneJsonLibrary =
      noClasses().should().dependOnClassesThat().resideInAPackage("org.nd4j.shade.jackson..");
}
