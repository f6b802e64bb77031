package shop;

import dev.turnout.FlagContext;
import dev.turnout.FlagKey;
import dev.turnout.Flagged;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.IntConsumer;

/** Calls for as many users, contexts, rings and flags as asked for, in a small heap. */
public class Many {
  private static final int TO_WARM_UP = 20_000;

  @Flagged(value = "checkout", fallback = "payOld")
  static String pay(@FlagKey String user) {
    return "new";
  }

  static String payOld(String user) {
    return "old";
  }

  @Flagged(value = "checkout", fallback = "ambientOld")
  static String ambient() {
    return "new";
  }

  static String ambientOld() {
    return "old";
  }

  /** The name of its flag is written over with another of the same length. */
  public static class Template implements Runnable {
    static final String FLAG = "flag-0000000";

    @Override
    @Flagged(value = FLAG, fallback = "runOld")
    public void run() {
      throw new IllegalStateException("the flag is not known");
    }

    void runOld() {}
  }

  private static final class OneClass extends ClassLoader {
    Class<?> define(byte[] bytes) {
      return defineClass("shop.Many$Template", bytes, 0, bytes.length);
    }
  }

  public static void main(String[] arguments) throws Exception {
    int times = Integer.parseInt(arguments[1]);
    byte[] template = template();
    IntConsumer step =
        switch (arguments[0]) {
          case "keys" -> i -> pay("user-" + i);
          case "contexts" ->
              i -> {
                try (FlagContext.Scope scope =
                    FlagContext.user("user-" + i).ring("ring-" + i).set("a" + i, "" + i).open()) {
                  ambient();
                }
              };
          case "flags" -> i -> otherFlag(template, i);
          default -> throw new IllegalArgumentException(arguments[0]);
        };
    int warm = Math.min(TO_WARM_UP, times / 5);
    for (int i = 0; i < warm; i++) {
      step.accept(i);
    }
    // What the agent does once, it has done by then.
    Thread.sleep(1500);
    long before = used();
    for (int i = warm; i < times; i++) {
      step.accept(i);
    }
    System.out.println("grown " + (used() - before) / 1024);
  }

  private static byte[] template() throws IOException {
    try (InputStream in = Many.class.getResourceAsStream("Many$Template.class")) {
      return in.readAllBytes();
    }
  }

  private static void otherFlag(byte[] template, int number) {
    byte[] bytes = template.clone();
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    byte[] flag = "flag-%07d".formatted(number).getBytes(StandardCharsets.ISO_8859_1);
    for (int at = text.indexOf(Template.FLAG); at >= 0; at = text.indexOf(Template.FLAG, at + 1)) {
      System.arraycopy(flag, 0, bytes, at, flag.length);
    }
    try {
      ((Runnable) new OneClass().define(bytes).getDeclaredConstructor().newInstance()).run();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long used() throws InterruptedException {
    for (int i = 0; i < 5; i++) {
      System.gc();
      Thread.sleep(100);
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
