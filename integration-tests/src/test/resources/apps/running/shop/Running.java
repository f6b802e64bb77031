package shop;

import dev.turnout.FlagKey;
import dev.turnout.Flagged;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;

/** Answers each user it reads, until there is none. */
public class Running {
  private final String name;

  Running(String name) {
    this.name = name;
  }

  @Flagged(value = "checkout", fallback = "payOld")
  String pay(@FlagKey String user) {
    return "new " + name;
  }

  private String payOld(String user) {
    return "old " + name;
  }

  record Order(String user) {
    @Flagged(value = "checkout", fallback = "payOld")
    String pay(@FlagKey String key) {
      return "new " + user;
    }

    String payOld(String key) {
      return "old " + user;
    }
  }

  public static void main(String[] arguments) throws IOException {
    Running running = new Running("shop");
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String user = in.readLine(); user != null; user = in.readLine()) {
      System.out.println(running.pay(user) + ", record " + new Order(user).pay(user));
    }
  }
}
