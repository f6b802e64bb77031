package shop;

import dev.turnout.FlagContext;
import host.Split;
import java.util.Set;
import java.util.TreeSet;
import shop.internal.Checkout;

public class Main {
  public static void main(String[] arguments) {
    System.out.println("module " + Main.class.getModule().getName());
    System.out.println("loader " + Main.class.getClassLoader().getClass().getName());
    System.out.println("system " + ClassLoader.getSystemClassLoader().getClass().getName());
    System.out.println("method " + Split.of(Checkout::pay));
    System.out.println("context " + context());
  }

  private static String context() {
    Set<String> answers = new TreeSet<>();
    for (int user = 0; user < 40; user++) {
      try (FlagContext.Scope scope = FlagContext.user("user-" + user).open()) {
        String first = Checkout.ship();
        for (int i = 0; i < 20; i++) {
          if (!Checkout.ship().equals(first)) {
            return "is not heeded";
          }
        }
        answers.add(first);
      }
    }
    return "settles " + answers;
  }
}
