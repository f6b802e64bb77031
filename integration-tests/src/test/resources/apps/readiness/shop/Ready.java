package shop;

/** Has its first gated call when the agent has got ready for it; ends with its input. */
public class Ready {
  private static boolean isRehearsing() {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("turnout-rehearsal")) {
        return true;
      }
    }
    return false;
  }

  public static void main(String[] arguments) throws Exception {
    // Whose loading is seen in the log.
    Class.forName("shop.Started");
    while (isRehearsing()) {
      Thread.sleep(5);
    }
    Class.forName("shop.Rehearsed");
    System.out.println("answer " + new Checkout().pay("user-1"));
    Class.forName("shop.Called");
    System.out.println(
        "exported "
            + Object.class.getModule().isExported("jdk.internal.misc", Ready.class.getModule()));
    for (String name : arguments) {
      Class<?> type = Class.forName("dev.turnout.bootstrap." + name, false, null);
      System.out.println(name + " " + type.getClassLoader());
    }
    // The agent may have something to say yet.
    while (System.in.read() >= 0) {}
  }
}

class Started {}

class Rehearsed {}

class Called {}
