package dev.turnout.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Figures for people.
 *
 * @param rows the first is the header; each begins with what it is about
 */
public record Table(String title, List<List<String>> rows) {
  /** For a page. */
  public String markdown() {
    List<String> lines = new ArrayList<>();
    lines.add(title);
    lines.add("");
    for (List<String> row : rows) {
      lines.add("| " + String.join(" | ", row) + " |");
      if (lines.size() == 3) {
        lines.add("|---" + "|--:".repeat(row.size() - 1) + "|");
      }
    }
    return String.join("\n", lines) + "\n";
  }

  /** For a terminal. */
  public String text() {
    int[] widths =
        IntStream.range(0, rows.get(0).size())
            .map(i -> rows.stream().mapToInt(row -> row.get(i).length()).max().orElse(0))
            .toArray();
    return rows.stream()
        .map(
            row ->
                IntStream.range(0, row.size())
                    .mapToObj(i -> padded(row.get(i), widths[i], i == 0))
                    .collect(Collectors.joining("  ")))
        .collect(Collectors.joining("\n", title + "\n\n", "\n"));
  }

  private static String padded(String cell, int width, boolean left) {
    String blanks = " ".repeat(width - cell.length());
    return left ? cell + blanks : blanks + cell;
  }
}
