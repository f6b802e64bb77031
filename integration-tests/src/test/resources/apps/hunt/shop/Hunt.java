package shop;

import dev.turnout.FlagKey;
import dev.turnout.Flagged;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/**
 * Everything at once that has ever made an agent deadlock: gated classes loaded, initialised and
 * linked by several threads, their initialisers calling gated methods of each other and logging,
 * while the log manager and the standard streams are replaced by gated ones.
 */
public class Hunt {
  private static final List<String> CLASSES =
      List.of("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Miswired");

  static class First {
    static final String SEEN = Second.pay("user-1");

    @Flagged(value = "checkout", fallback = "payOld")
    static String pay(@FlagKey String user) {
      return "new" + SEEN.length();
    }

    static String payOld(String user) {
      return "old" + SEEN.length();
    }
  }

  static class Second {
    static final String SEEN = Third.pay("user-2");

    static {
      Logger.getLogger("second").fine(SEEN);
    }

    @Flagged(value = "checkout", fallback = "payOld")
    static synchronized String pay(@FlagKey String user) {
      return "new";
    }

    static String payOld(String user) {
      return "old";
    }
  }

  static class Third {
    static final String SEEN = Fourth.pay("user-3");

    static {
      System.out.print(SEEN);
    }

    @Flagged(value = "checkout", fallback = "payOld")
    static String pay(@FlagKey String user) {
      return "new";
    }

    static String payOld(String user) {
      return "old";
    }
  }

  static class Fourth {
    static final String SEEN = Fifth.pay("user-4");

    static {
      System.err.print(SEEN);
    }

    @Flagged(value = "other", fallback = "payOld")
    static String pay(@FlagKey String user) {
      return "new";
    }

    static String payOld(String user) {
      return "old";
    }
  }

  static class Fifth extends Sixth {
    static final String SEEN = Sixth.pay("user-5");

    @Flagged(value = "checkout", fallback = "payOld")
    static String pay(@FlagKey String user) {
      return "new";
    }
  }

  static class Sixth {
    @Flagged(value = "checkout", fallback = "payOld")
    static String pay(@FlagKey String user) {
      return "new";
    }

    static String payOld(String user) {
      return "old";
    }
  }

  static class Miswired {
    static final String SEEN = First.SEEN;

    @Flagged("checkout")
    static String pay(@FlagKey String user) {
      return "new";
    }
  }

  /** A log manager, a stream: what holds locks while it calls gated methods. */
  public static class GatedLogManager extends LogManager {
    @Override
    @Flagged(value = "checkout", fallback = "loggerOld")
    public Logger getLogger(@FlagKey String name) {
      return super.getLogger(name);
    }

    Logger loggerOld(String name) {
      return super.getLogger(name);
    }
  }

  static class GatedStream extends PrintStream {
    private final PrintStream into;

    GatedStream(PrintStream into) {
      super(OutputStream.nullOutputStream());
      this.into = into;
    }

    @Override
    @Flagged(value = "checkout", fallback = "printOld")
    public synchronized void print(@FlagKey String text) {
      into.print(text);
    }

    void printOld(String text) {
      into.print(text);
    }

    @Override
    public synchronized void println(String text) {
      print(text + "\n");
    }
  }

  public static void main(String[] arguments) throws Exception {
    System.setProperty("java.util.logging.manager", GatedLogManager.class.getName());
    Random random = new Random(Long.parseLong(arguments[0]));
    URL[] own = {
      Hunt.class.getProtectionDomain().getCodeSource().getLocation(),
      Flagged.class.getProtectionDomain().getCodeSource().getLocation()
    };
    ClassLoader other = new URLClassLoader(own, ClassLoader.getPlatformClassLoader());
    List<Thread> threads = new ArrayList<>();
    AtomicInteger loaded = new AtomicInteger();
    CyclicBarrier start = new CyclicBarrier(CLASSES.size() + 2);
    for (String name : CLASSES) {
      ClassLoader loader = random.nextBoolean() ? other : Hunt.class.getClassLoader();
      ClassLoader then = random.nextInt(4) == 0 ? other : Hunt.class.getClassLoader();
      threads.add(
          thread(
              start,
              () -> {
                Class.forName("shop.Hunt$" + name, true, loader);
                Class.forName("shop.Hunt$" + name, true, then);
                loaded.incrementAndGet();
              }));
    }
    threads.add(
        thread(
            start,
            () -> {
              System.setOut(new GatedStream(System.out));
              System.setErr(new GatedStream(System.err));
            }));
    threads.add(thread(start, () -> Logger.getLogger("hunt").info("logged")));
    for (Thread thread : threads) {
      thread.join();
    }
    boolean right = First.pay("user-1").matches("(new|old)3") && Sixth.pay("u").length() == 3;
    System.out.println("");
    System.out.println("loaded " + loaded + " of " + CLASSES.size() + " right " + right);
  }

  interface Step {
    void run() throws Exception;
  }

  private static Thread thread(CyclicBarrier start, Step step) {
    Thread thread =
        new Thread(
            () -> {
              try {
                start.await();
                step.run();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    thread.start();
    return thread;
  }
}
