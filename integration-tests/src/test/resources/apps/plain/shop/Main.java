package shop;

import host.Split;

public class Main {
  public static void main(String[] arguments) {
    System.out.println("method " + Split.of(new Checkout()::pay));
  }
}
