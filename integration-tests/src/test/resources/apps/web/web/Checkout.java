package web;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnout.FlagContext;
import dev.turnout.FlagKey;
import dev.turnout.Flagged;
import host.Split;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import net.bytebuddy.ByteBuddy;

/** Answers with what its gate did, and with the versions of the libraries that it got. */
public class Checkout extends HttpServlet {
  private static final long serialVersionUID = 1;

  /** The user's key lies in the middle of an object of this application. */
  public record Basket(User user) {}

  public record User(String id) {}

  @Flagged(value = "checkout", fallback = "payOld")
  String pay(@FlagKey("user.id") Basket basket) {
    return "new";
  }

  String payOld(Basket basket) {
    return "old";
  }

  @Flagged(value = "checkout", fallback = "payInContextOld")
  String payInContext() {
    return "new";
  }

  String payInContextOld() {
    return "old";
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.setContentType("text/plain");
    response.getWriter().print(Split.of(user -> pay(new Basket(new User(user)))));
    if (request.getParameter("all") == null) {
      return;
    }
    String inContext =
        Split.of(
            user -> {
              try (FlagContext.Scope scope = FlagContext.user(user).open()) {
                return payInContext();
              }
            });
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    meters.counter("sold").increment();
    response
        .getWriter()
        .print(
            " in context "
                + inContext
                + " sold "
                + meters.counter("sold").count()
                + " json "
                + new ObjectMapper().writeValueAsString(new int[] {1})
                + " jackson "
                + new ObjectMapper().version()
                + " byte-buddy "
                + ByteBuddy.class.getProtectionDomain().getCodeSource().getLocation());
  }
}
