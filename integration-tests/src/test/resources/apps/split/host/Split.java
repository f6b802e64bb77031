package host;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/** Which of a hundred users get the new path of a gated method. */
public final class Split {
  private Split() {}

  /**
   * Waits until anybody gets the new path, ten seconds at most, since no decision is known at the
   * start. Then asks for everybody, twice: who was in stays in.
   */
  public static String of(Function<String, String> method) {
    for (int i = 0; i < 1000 && !answers(method).contains("new"); i++) {
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        break;
      }
    }
    List<String> answers = answers(method);
    return "new "
        + Collections.frequency(answers, "new")
        + " old "
        + Collections.frequency(answers, "old")
        + (answers.equals(answers(method)) ? "" : " and the next time others");
  }

  private static List<String> answers(Function<String, String> method) {
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      answers.add(method.apply("user-" + i));
    }
    return answers;
  }
}
