package shop.internal;

import dev.turnout.Fallback;
import dev.turnout.FlagKey;
import dev.turnout.Flagged;

public class Checkout {
  private record Order(Customer customer) {}

  private record Customer(String id) {}

  public static String pay(String user) {
    return new Checkout().pay(new Order(new Customer(user)));
  }

  @Flagged("checkout")
  private String pay(@FlagKey("customer.id") Order order) {
    return "new";
  }

  @Flagged(value = "checkout", fallback = "shipOld")
  public static String ship() {
    return "new";
  }

  private static String shipOld() {
    return "old";
  }

  @Fallback("checkout")
  private String payOld(Order order) {
    return "old";
  }
}
