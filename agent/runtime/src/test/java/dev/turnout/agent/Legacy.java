package dev.turnout.agent;

/** A class that nobody annotated. */
@SuppressWarnings("UnusedMethod") // called by the gates only
public class Legacy {
  record Order(String id) {}

  String play(Order order, int times) {
    return "new " + order.id() + times;
  }

  private String playOld(Order order, int times) {
    return "old " + order.id() + times;
  }

  String play(String overloaded) {
    return "other " + overloaded;
  }

  static int measured(int value) {
    if (value < 0) {
      throw new IllegalArgumentException("negative");
    }
    return value;
  }

  String there() {
    return "there";
  }

  String back() {
    return "back";
  }

  String again() {
    return "again";
  }

  String again(Throwable failure) {
    return "again after " + failure;
  }
}
