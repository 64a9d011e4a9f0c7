package org.attention4j.examples.temperature;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import org.attention4j.examples.report.Figure;
import org.attention4j.examples.report.LineChart;
import org.attention4j.examples.report.Table;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.temperature.Sensitivities.Steepness;
import org.attention4j.theory.SoftmaxJacobian;

/** Pictures and tables of how steep normalizers are at fixed weights. */
final class SensitivityFigures {
  private final TemperatureStudy study;
  private final double[] temperatures;

  SensitivityFigures(TemperatureStudy study) {
    this.study = study;
    temperatures = study.temperatures();
  }

  /** One picture for each ε. */
  List<Figure> finiteDifferences() {
    List<Figure> figures = new ArrayList<>();
    for (int e = 0; e < Sensitivities.EPSILONS.length; e++) {
      int index = e;
      double epsilon = Sensitivities.EPSILONS[e];
      LineChart chart =
          chart("g(T, \u03b5) at \u03b5 = " + Numbers.plain(epsilon), "g")
              .small()
              .guide("\u221a2/\u03b5", temperatures, line(t -> Math.sqrt(2) / epsilon));
      curves(chart, steepness -> steepness.finiteDifferences()[index]);
      figures.add(
          new Figure(
              "sensitivity-" + Numbers.plain(epsilon),
              "Finite-difference sensitivity against T for a push of length %s."
                  .formatted(Numbers.plain(epsilon)),
              chart));
    }
    return figures;
  }

  /** The numbers of {@link #finiteDifferences}. */
  Table[] numbers() {
    Table[] tables = new Table[Sensitivities.EPSILONS.length];
    for (int e = 0; e < tables.length; e++) {
      int index = e;
      tables[e] =
          numbers(
              "g(T, \u03b5) at \u03b5 = " + Numbers.plain(Sensitivities.EPSILONS[e]),
              steepness -> steepness.finiteDifferences()[index]);
    }
    return tables;
  }

  /** The spectral norms. */
  Figure jacobian() {
    LineChart chart = chart("Spectral norm of the Jacobian", "\u2016dp/dz\u2016\u2082");
    curves(chart, Steepness::jacobian);
    return new Figure(
        "jacobian", "Mean spectral norm of the Jacobian of the steepest head against T.", chart);
  }

  /** The numbers of {@link #jacobian}. */
  Table jacobianNumbers() {
    return numbers("Spectral norm of the Jacobian", Steepness::jacobian);
  }

  /** The fitted slopes. */
  Table slopes() {
    double all = temperatures[temperatures.length - 1];
    List<String> headings = new ArrayList<>(List.of("normalizer"));
    for (double epsilon : Sensitivities.EPSILONS) {
      headings.add("\u03b5 = %s, T \u2264 0.1".formatted(Numbers.plain(epsilon)));
      headings.add("\u03b5 = %s, all T".formatted(Numbers.plain(epsilon)));
    }
    headings.add("Jacobian, T \u2264 0.1");
    headings.add("Jacobian, all T");
    List<Table.Row> rows = new ArrayList<>();
    for (TemperatureScaledNormalizer normalizer : study.normalizers()) {
      List<String> cells = new ArrayList<>(List.of(normalizer.label()));
      for (int e = 0; e < Sensitivities.EPSILONS.length; e++) {
        int index = e;
        cells.add(
            study
                .slope(normalizer, TemperatureConclusion.COLD, s -> s.finiteDifferences()[index])
                .text());
        cells.add(study.slope(normalizer, all, s -> s.finiteDifferences()[index]).text());
      }
      cells.add(study.slope(normalizer, TemperatureConclusion.COLD, Steepness::jacobian).text());
      cells.add(study.slope(normalizer, all, Steepness::jacobian).text());
      rows.add(Table.Row.ofCurve(rows.size(), cells));
    }
    return new Table("Log-log slopes", headings, rows);
  }

  private LineChart chart(String title, String yTitle) {
    return new LineChart(title, "T", yTitle)
        .logX()
        .logY()
        .guide("1/(4T), paper", temperatures, line(SoftmaxJacobian::entryBound))
        .guide("1/(2T), tight", temperatures, line(SoftmaxJacobian::spectralBound));
  }

  private void curves(LineChart chart, ToDoubleFunction<Steepness> number) {
    for (int i = 0; i < study.normalizers().size(); i++) {
      TemperatureScaledNormalizer normalizer = study.normalizers().get(i);
      chart.line(
          normalizer.label(),
          i,
          temperatures,
          line(t -> study.steepness(normalizer, t, number).mean()));
    }
  }

  private Table numbers(String caption, ToDoubleFunction<Steepness> number) {
    return TemperatureReport.byTemperature(
        caption + ", mean over seeds",
        study,
        (normalizer, t) -> Numbers.brief(study.steepness(normalizer, t, number).mean(), 3));
  }

  private double[] line(DoubleUnaryOperator f) {
    return Arrays.stream(temperatures).map(f).toArray();
  }
}
