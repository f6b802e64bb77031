package shop;

import dev.turnout.Fallback;
import dev.turnout.FlagKey;
import dev.turnout.Flagged;
import host.Split;
import java.io.IOException;
import java.io.OutputStream;
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
  public void start(BundleContext context) throws IOException {
    System.out.println("bundle " + Split.of(this::pay));
    // The agent may have something to say, and only who reads it knows when that is said.
    System.in.transferTo(OutputStream.nullOutputStream());
  }

  @Override
  public void stop(BundleContext context) {}
}
