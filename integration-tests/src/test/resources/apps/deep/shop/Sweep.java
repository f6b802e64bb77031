package shop;

import java.util.concurrent.CompletableFuture;

/**
 * Makes gated calls at every depth near the end of the stack, and counts those of which the caller
 * saw anything but one of two: the body ran once and what it returned or threw arrived, or the
 * stack overflowed and the body never began.
 */
public class Sweep {
  private static final int DEPTHS = 40;
  private static final int OFFSETS = 64;
  private static final IllegalStateException REFUSED = new IllegalStateException("refused");
  private static final CompletableFuture<String> DONE = CompletableFuture.completedFuture("done");

  private static int runs;
  private static int wrong;
  private static int overflows;
  private static int returns;

  // None of these calls anything: they fit where a call of whatever else does not.
  static int number(int value) {
    runs++;
    return value;
  }

  static void nothing() {
    runs++;
  }

  static double real(double value) {
    runs++;
    return value;
  }

  static int refused(int value) {
    runs++;
    throw REFUSED;
  }

  static CompletableFuture<String> later() {
    runs++;
    return DONE;
  }

  static long caught(long value) {
    try {
      runs++;
      return value;
    } catch (Throwable e) {
      runs++;
      return -1;
    }
  }

  static int routed(int value) {
    runs++;
    return value;
  }

  static int routedOld(int value) {
    runs++;
    return -value;
  }

  static int recovered(int value) {
    runs++;
    if (value < 0) {
      return value;
    }
    throw REFUSED;
  }

  static int recoveredOld(int value) {
    runs++;
    return value;
  }

  /** Returns how many more of its callers shall make a call. */
  private static int descend(int kind) {
    int left;
    try {
      left = descend(kind);
    } catch (StackOverflowError e) {
      left = DEPTHS;
    }
    if (left == 0) {
      return 0;
    }
    int before = runs;
    boolean right = false;
    try {
      switch (kind) {
        case 0:
          right = number(left) == left;
          break;
        case 1:
          nothing();
          right = true;
          break;
        case 2:
          right = real(left) == left;
          break;
        case 3:
          refused(left);
          break;
        case 4:
          right = later() == DONE;
          break;
        case 5:
          right = caught(left) == left;
          break;
        case 6:
          int either = routed(left);
          right = either == left || either == -left;
          break;
        default:
          // Its fallback ran too: that was asked for.
          right = recovered(left) == left;
          before++;
      }
      right &= runs == before + 1;
      returns++;
    } catch (IllegalStateException e) {
      right = e == REFUSED && runs == before + 1;
      returns++;
    } catch (StackOverflowError e) {
      // Of the fallback after a failure it may be the fallback's own.
      right = runs == before || (kind == 7 && runs == before + 1);
      overflows++;
    }
    if (!right) {
      wrong++;
    }
    return left - 1;
  }

  // Its frame is a word larger than that of the other, so that the calls come to lie elsewhere.
  private static int shift(int kind, int words) {
    return words == 0 ? descend(kind) : shift(kind, words - 1);
  }

  // All are linked and on where there is room.
  private static void link() throws InterruptedException {
    number(0);
    nothing();
    real(0);
    caught(0);
    later();
    try {
      refused(0);
    } catch (IllegalStateException e) {
      runs++;
    }
    while (routed(1) != 1 || recovered(-1) != -1) {
      Thread.sleep(10);
    }
  }

  public static void main(String[] arguments) throws InterruptedException {
    link();
    for (int kind = 0; kind < 8; kind++) {
      int each = kind;
      wrong = 0;
      overflows = 0;
      returns = 0;
      for (int words = 0; words < OFFSETS; words++) {
        int shifted = words;
        Thread thread = new Thread(null, () -> shift(each, shifted), "sweep", 256_000);
        thread.start();
        thread.join();
      }
      System.out.println("wrong" + kind + " " + wrong);
      System.out.println("both" + kind + " " + (overflows > 0 && returns > 0));
    }
  }
}
