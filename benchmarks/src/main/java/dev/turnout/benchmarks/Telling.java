package dev.turnout.benchmarks;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/** Prints what a run found, as it was asked to. */
final class Telling {
  private Telling() {}

  /**
   * What was found on one JDK.
   *
   * @param lines the figures, as a script gets them
   * @param table the same for people
   */
  record Part(String title, List<? extends Record> lines, Table table) {}

  private record Json(String measured, List<? extends Record> lines) {}

  static void tell(List<Part> parts, Choices.Format format) {
    // Whatever the locale: the tables have signs that ASCII lacks.
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    if (format == Choices.Format.JSON) {
      List<Json> all = parts.stream().map(part -> new Json(part.title(), part.lines())).toList();
      out.println(
          JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(all));
      return;
    }
    for (Part part : parts) {
      Table table = part.table();
      out.println(format == Choices.Format.TEXT ? table.text() : table.markdown());
    }
  }
}
