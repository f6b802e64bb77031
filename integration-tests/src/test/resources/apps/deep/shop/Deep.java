package shop;

/** Makes its first gated call where the stack ends, and calls again when there is room. */
public class Deep {
  static int observed(int value) {
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

  public static void main(String[] arguments) throws InterruptedException {
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
  }
}
