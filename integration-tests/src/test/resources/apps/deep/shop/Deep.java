package shop;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URL;
import java.util.Scanner;

/** Makes its first gated call where the stack ends, and calls again when there is room. */
public class Deep {
  static int observed(int value) {
    return value;
  }

  static int again(int value) {
    return value;
  }

  private static int descend(int depth) {
    try {
      return descend(depth + 1);
    } catch (StackOverflowError e) {
      // On the way up each frame tries once more, with a little more room.
      return observed(depth);
    }
  }

  // What the agent says of the calls, at the port that it was given. It opens that in its own time.
  private static InputStream metrics() throws IOException, InterruptedException {
    URL metrics = new URL("http://127.0.0.1:" + Integer.getInteger("port") + "/metrics");
    for (int i = 0; i < 500; i++) {
      try {
        return metrics.openStream();
      } catch (ConnectException e) {
        Thread.sleep(20);
      }
    }
    return metrics.openStream();
  }

  private static void printCounted() throws IOException, InterruptedException {
    try (Scanner lines = new Scanner(metrics(), "UTF-8")) {
      while (lines.hasNextLine()) {
        String line = lines.nextLine();
        if (line.startsWith("turnout_calls_total") && line.contains("success")) {
          System.out.println("counted " + !line.endsWith(" 0.0"));
        }
      }
    }
  }

  public static void main(String[] arguments) throws Exception {
    Thread deep =
        new Thread(
            null,
            () -> {
              try {
                descend(0);
              } catch (StackOverflowError e) {
                System.out.println("overflow");
              }
            },
            "deep",
            400_000);
    deep.start();
    deep.join();
    System.out.println("later " + observed(3));
    Runnable linked = () -> System.out.println("linked " + arguments.length);
    linked.run();
    System.out.println("again " + again(3));
    printCounted();
  }
}
