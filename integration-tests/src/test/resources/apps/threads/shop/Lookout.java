package shop;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Calls a gated method now and then, and tells of all threads there are whenever it is asked. */
public class Lookout {
  public static void main(String[] arguments) throws Exception {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    System.out.println("answer " + new Checkout().pay("user-1"));
    while (in.readLine() != null) {
      new Checkout().pay("user-1");
      for (Thread thread : Thread.getAllStackTraces().keySet()) {
        System.out.println(
            "thread " + thread.isDaemon() + " " + loader(thread) + " " + thread.getName());
      }
      System.out.println("all");
    }
  }

  private static String loader(Thread thread) {
    ClassLoader loader = thread.getContextClassLoader();
    return loader == null ? "null" : loader.getClass().getName();
  }
}
