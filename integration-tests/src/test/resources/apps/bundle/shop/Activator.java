package shop;

import dev.turnout.Fallback;
import dev.turnout.FlagKey;
import dev.turnout.Flagged;
import host.Split;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

public class Activator implements BundleActivator {
  @Flagged("checkout")
  public String pay(@FlagKey String user) {
    return "new";
  }

  @Fallback("checkout")
  String payOld(String user) {
    return "old";
  }

  @Override
  public void start(BundleContext context) throws InterruptedException {
    System.out.println("bundle " + Split.of(this::pay));
    // What the agent has to say, it says soon.
    Thread.sleep(1000);
  }

  @Override
  public void stop(BundleContext context) {}
}
