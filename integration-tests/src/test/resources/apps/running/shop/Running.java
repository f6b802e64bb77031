package shop;

import dev.turnout.FlagKey;
import dev.turnout.Flagged;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.function.UnaryOperator;

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

  /** Of a loader that has no class file to show, as those of generated classes. */
  public static class Generated implements UnaryOperator<String> {
    @Override
    @Flagged(value = "checkout", fallback = "payOld")
    public String apply(@FlagKey String user) {
      return "new generated";
    }

    String payOld(String user) {
      return "old generated";
    }
  }

  /** Of no use: the JVM can neither run nor change it. */
  static class Broken {
    static final int NUMBER = Integer.parseInt("none");

    @Flagged(value = "checkout", fallback = "payOld")
    String pay(@FlagKey String user) {
      return "new " + NUMBER;
    }

    String payOld(String user) {
      return "old " + NUMBER;
    }
  }

  private static void breakOne() {
    try {
      System.err.println(new Broken().pay("u"));
    } catch (ExceptionInInitializerError e) {
      System.err.println("broken, as it shall be");
    }
  }

  private static final class Generator extends ClassLoader {
    @SuppressWarnings("unchecked")
    UnaryOperator<String> make() throws Exception {
      try (InputStream in = Running.class.getResourceAsStream("Running$Generated.class")) {
        byte[] bytes = in.readAllBytes();
        Class<?> type = defineClass("shop.Running$Generated", bytes, 0, bytes.length);
        return (UnaryOperator<String>) type.getConstructor().newInstance();
      }
    }

    @Override
    public InputStream getResourceAsStream(String name) {
      return null;
    }
  }

  public static void main(String[] arguments) throws Exception {
    Running running = new Running("shop");
    breakOne();
    UnaryOperator<String> generated = new Generator().make();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String user = in.readLine(); user != null; user = in.readLine()) {
      System.out.println(
          user.equals("generated")
              ? generated.apply(user)
              : running.pay(user) + ", record " + new Order(user).pay(user));
    }
  }
}
