package dev.neurite.processor;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The borders between the stations. */
final class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.neurite.processor");

  @Test
  void onlyTheFrontEndKnowsTheCompilersElements() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "dev.neurite.processor",
            "dev.neurite.processor.frontend",
            "dev.neurite.processor.diagnostic",
            "dev.neurite.processor.emit")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("javax.lang.model..")
        .check(CLASSES);
  }

  /**
   * JavaPoet takes modifiers and originating elements; types and utilities of the compiler stay
   * out.
   */
  @Test
  void theBackEndHandsElementsThroughOnly() {
    noClasses()
        .that()
        .resideInAPackage("dev.neurite.processor.emit")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("javax.lang.model.type..", "javax.lang.model.util..")
        .check(CLASSES);
  }

  @Test
  void onlyTheBackEndKnowsJavaPoet() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.neurite.processor.emit")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.palantir.javapoet..")
        .check(CLASSES);
  }

  @Test
  void theFrontEndDoesNotKnowWhatComesAfterIt() {
    noClasses()
        .that()
        .resideInAnyPackage("dev.neurite.processor.frontend", "dev.neurite.processor.diagnostic")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.neurite.processor.graph",
            "dev.neurite.processor.shape",
            "dev.neurite.processor.arrange",
            "dev.neurite.processor.autodiff",
            "dev.neurite.processor.memory",
            "dev.neurite.processor.lower",
            "dev.neurite.processor.emit")
        .check(CLASSES);
  }
}
