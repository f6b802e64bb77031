import java.lang.instrument.Instrumentation;

/** An agent that has a class of the application loaded before the application runs. */
public class Eager {
  public static void premain(String name, Instrumentation instrumentation) throws Exception {
    Class.forName(name);
  }
}
