import dev.turnout.Flagged;

/** Sets a security manager itself, if it is told to, and goes on to call what nobody called. */
public class Managed {
  @Flagged("early")
  String early() {
    return "new";
  }

  String earlyFallback() {
    return "old";
  }

  @SuppressWarnings("removal")
  public static void main(String[] arguments) throws InterruptedException {
    System.out.println("early " + new Managed().early());
    if (arguments.length > 0) {
      System.setSecurityManager(new SecurityManager());
    }
    System.out.println("managed " + (System.getSecurityManager() != null));
    System.out.println("late " + new Late().call());
    System.out.println("again " + new Managed().early());
    try {
      System.out.println("allowed " + System.getProperty("user.home"));
    } catch (SecurityException e) {
      System.out.println("refused " + e.getMessage());
    }
  }

  static class Late {
    @Flagged("late")
    String call() {
      return "new";
    }

    String callFallback() {
      return "old";
    }
  }
}
