package shop;

import host.Split;
import java.io.IOException;
import java.io.OutputStream;

public class Main {
  public static void main(String[] arguments) throws IOException {
    System.out.println("module " + Split.of(new Checkout()::pay));
    // The agent may have something to say, and only who reads it knows when that is said.
    System.in.transferTo(OutputStream.nullOutputStream());
  }
}
