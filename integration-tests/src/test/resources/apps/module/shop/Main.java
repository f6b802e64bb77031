package shop;

import host.Split;
import shop.internal.Checkout;

public class Main {
  public static void main(String[] arguments) {
    System.out.println("module " + Main.class.getModule().getName());
    System.out.println("loader " + Main.class.getClassLoader().getClass().getName());
    System.out.println("system " + ClassLoader.getSystemClassLoader().getClass().getName());
    System.out.println("method " + Split.of(Checkout::pay));
  }
}
