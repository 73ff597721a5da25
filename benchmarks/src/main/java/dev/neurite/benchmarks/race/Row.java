package dev.neurite.benchmarks.race;

import java.util.Locale;

/**
 * A line of the table: Neurite against one peer.
 *
 * @param work what was done
 * @param threads that computed
 * @param unit of both values
 * @param neurite its value; NaN if it has none
 * @param spread from the least to the largest of its samples, as a share of the value
 * @param peer name; empty where Neurite is measured alone
 * @param value of the peer; NaN if it has none
 * @param peerSpread as {@code spread}
 * @param ratio greater than 1 where Neurite is better
 * @param otherCpu cores that other processes used, the most of all samples that count
 * @param note why a value is missing, or what to know about it
 */
public record Row(
    String work,
    int threads,
    String unit,
    double neurite,
    double spread,
    String peer,
    double value,
    double peerSpread,
    double ratio,
    double otherCpu,
    String note) {

  /** A value of Neurite alone. */
  static Row alone(String work, int threads, String unit, Samples own, String note) {
    return new Row(
        work,
        threads,
        unit,
        own.median(),
        own.spread(),
        "",
        Double.NaN,
        Double.NaN,
        Double.NaN,
        own.otherCpu(),
        note);
  }

  /** A value beside that of a peer. */
  static Row against(
      String work,
      int threads,
      String unit,
      boolean moreIsBetter,
      Samples own,
      String peer,
      Samples other,
      String note) {
    double ratio = moreIsBetter ? own.median() / other.median() : other.median() / own.median();
    return new Row(
        work,
        threads,
        unit,
        own.median(),
        own.spread(),
        peer,
        other.median(),
        other.spread(),
        ratio,
        Math.max(own.otherCpu(), other.otherCpu()),
        note);
  }

  /** A line of JSON; what is missing is null. */
  String json() {
    return "{\"work\":"
        + quoted(work)
        + ",\"threads\":"
        + threads
        + ",\"unit\":"
        + quoted(unit)
        + ",\"neurite\":"
        + number(neurite)
        + ",\"peer\":"
        + quoted(peer)
        + ",\"value\":"
        + number(value)
        + ",\"ratio\":"
        + number(ratio)
        + ",\"spread\":"
        + number(spread)
        + ",\"peerSpread\":"
        + number(peerSpread)
        + ",\"otherCpu\":"
        + number(otherCpu)
        + ",\"note\":"
        + quoted(note)
        + "}";
  }

  /** A line of the table. */
  String line() {
    return String.format(
            Locale.ROOT,
            "%-24s %d  %-8s %12s %5s  %-24s %12s %5s %7s %5s  %s",
            work,
            threads,
            unit,
            rounded(neurite),
            percent(spread),
            peer,
            rounded(value),
            percent(peerSpread),
            Double.isNaN(ratio) ? "" : String.format(Locale.ROOT, "%.2f", ratio),
            Double.isNaN(otherCpu) ? "" : String.format(Locale.ROOT, "%.2f", otherCpu),
            note)
        .stripTrailing();
  }

  /** Names of the columns. */
  static String head() {
    return String.format(
        "%-24s %s  %-8s %12s %5s  %-24s %12s %5s %7s %5s",
        "work", "t", "unit", "Neurite", "+-", "peer", "value", "+-", "ratio", "other");
  }

  private static String rounded(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    int digits = value == 0 ? 0 : Math.max(0, 2 - (int) Math.floor(Math.log10(Math.abs(value))));
    return String.format(Locale.ROOT, "%,." + Math.min(digits, 3) + "f", value);
  }

  private static String percent(double share) {
    return Double.isNaN(share) ? "" : String.format(Locale.ROOT, "%.0f%%", 100 * share);
  }

  private static String number(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.5g", value) : "null";
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else {
        quoted.append(c < ' ' ? ' ' : c);
      }
    }
    return quoted.append('"').toString();
  }
}
