import dev.turnout.Fallback;
import dev.turnout.FlagKey;
import dev.turnout.Flagged;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicLong;

/** Prints what its gated method answers until that has not changed for a while. */
public class Shop {
  static final AtomicLong newCalls = new AtomicLong();
  static final AtomicLong newFailures = new AtomicLong();
  static final AtomicLong oldCalls = new AtomicLong();
  static volatile boolean failing;
  static volatile long millis;

  @Flagged("checkout")
  String pay(@FlagKey String user) {
    newCalls.incrementAndGet();
    if (millis > 0) {
      pause(millis);
    }
    if (failing) {
      newFailures.incrementAndGet();
      throw new IllegalStateException("new path fails");
    }
    return "new";
  }

  @Fallback("checkout")
  String payOld(String user) {
    oldCalls.incrementAndGet();
    return "old";
  }

  public static void main(String[] arguments) throws Exception {
    Shop shop = new Shop();
    for (String argument : arguments) {
      String[] words = argument.split("=");
      switch (words[0]) {
        // Calls until the answer is the one expected, at most ten seconds.
        case "until" -> {
          String answer = "";
          for (int i = 0; i < 1000 && !answer.equals(words[1]); i++) {
            answer = shop.answer();
            Thread.sleep(10);
          }
          System.out.println("answer " + answer);
        }
        case "fail" -> failing = true;
        // When the JVM goes down: as what needs a pool that was closed, again and again.
        case "fail-at-exit" ->
            Runtime.getRuntime().addShutdownHook(new Thread(() -> shop.failFor(words[1])));
        case "main" -> System.out.println("main");
        // Waits for a line on its input.
        case "enter" -> {
          if (System.in.read() < 0) {
            return;
          }
        }
        // Eight calls at once that take that many milliseconds.
        case "slow" -> {
          millis = Long.parseLong(words[1]);
          Thread calls = new Thread(() -> shop.atOnce(8));
          calls.start();
          Thread.sleep(200);
          System.out.println("slow");
          calls.join();
          millis = 0;
        }
        // The agent acts first and writes down after: time for that, before the process ends.
        case "linger" -> Thread.sleep(Long.parseLong(words[1]));
        case "call" -> System.out.println("answer " + shop.answer());
        case "burst" -> shop.burst(Integer.parseInt(words[1]));
        case "counts" ->
            System.out.println("counts " + newCalls + " " + newFailures + " " + oldCalls);
        case "get" -> System.out.println(get(words[1]));
        case "tls" -> {
          System.setProperty("jdk.tls.client.protocols", "TLSv1.2");
          System.out.println(
              "tls "
                  + String.join(
                      ",",
                      javax.net.ssl.SSLContext.getDefault()
                          .getDefaultSSLParameters()
                          .getProtocols()));
        }
        case "visible" -> System.out.println(words[1] + " visible " + visible(words[1]));
        case "logmanager" -> {
          System.setProperty("java.util.logging.manager", OwnLogManager.class.getName());
          System.out.println(
              "log manager " + java.util.logging.LogManager.getLogManager().getClass().getName());
        }
        default -> throw new IllegalArgumentException(argument);
      }
    }
  }

  /** Calls from four threads at once, for users 1 to 100 in turn. */
  void burst(int callsEach) throws InterruptedException {
    burst(4, callsEach);
  }

  void burst(int callers, int callsEach) throws InterruptedException {
    Thread[] threads = new Thread[callers];
    for (int t = 0; t < threads.length; t++) {
      threads[t] =
          new Thread(
              () -> {
                for (int i = 0; i < callsEach; i++) {
                  try {
                    pay("user-" + i % 100);
                  } catch (IllegalStateException e) {
                    continue;
                  }
                }
              });
      threads[t].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  void failFor(String duration) {
    long end = System.nanoTime() + Long.parseLong(duration) * 1_000_000;
    // The calls before may be those of a moment ago.
    pause(100);
    failing = true;
    while (System.nanoTime() < end) {
      answer();
      pause(1);
    }
    System.out.println("answer " + answer());
  }

  void atOnce(int calls) {
    try {
      burst(calls, 1);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static String get(String url) throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  String answer() {
    try {
      return pay("u");
    } catch (IllegalStateException e) {
      return "failed";
    }
  }

  static boolean visible(String name) {
    try {
      Class.forName(name, false, Shop.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  public static class OwnLogManager extends java.util.logging.LogManager {}
}
