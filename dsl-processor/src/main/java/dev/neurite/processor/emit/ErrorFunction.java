package dev.neurite.processor.emit;

import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import javax.lang.model.element.Modifier;

/** The error function in double, for checking gradients: java.base has none. */
final class ErrorFunction {

  private ErrorFunction() {}

  /**
   * Below 2.5 the series erf x = 2/sqrt(pi) exp(-x^2) sum 2^n x^(2n+1) / (2n+1)!!, above the
   * continued fraction of erfc (Abramowitz and Stegun, 7.1.6 and 7.1.14).
   */
  static MethodSpec method() {
    JavaText text = new JavaText();
    text.line("double size = Math.abs(x);");
    text.line("double factor = Math.exp(-size * size) / Math.sqrt(Math.PI);");
    text.line("double result;");
    text.open("if (size < 2.5)");
    text.line("double term = size;");
    text.line("double sum = size;");
    text.open("for (int n = 1; n < 80; n++)");
    text.line("term *= 2 * size * size / (2 * n + 1);");
    text.line("sum += term;");
    text.close();
    text.line("result = 2 * factor * sum;");
    text.reopen("else");
    text.line("double fraction = size;");
    text.open("for (int n = 80; n > 0; n--)");
    text.line("fraction = size + n / 2.0 / fraction;");
    text.close();
    text.line("result = 1 - factor / fraction;");
    text.close();
    text.line("return x < 0 ? -result : result;");
    return MethodSpec.methodBuilder("erf")
        .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
        .addJavadoc("The error function, by its series or its continued fraction.\n")
        .returns(TypeName.DOUBLE)
        .addParameter(TypeName.DOUBLE, "x")
        .addCode("$L", text.toString())
        .build();
  }
}
