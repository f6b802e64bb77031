package shop;

import dev.turnout.Fallback;
import dev.turnout.FlagKey;
import dev.turnout.Flagged;

public class Checkout {
  @Flagged("checkout")
  public String pay(@FlagKey String user) {
    return "new";
  }

  @Fallback("checkout")
  public String payOld(String user) {
    return "old";
  }

  public String refund(String user) {
    return "never called";
  }
}
