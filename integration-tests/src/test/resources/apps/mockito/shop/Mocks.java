package shop;

import static org.mockito.ArgumentMatchers.anyString;

import host.Split;
import org.mockito.Mockito;

/** Mocks a class that is gated already: Mockito has the JVM transform it once more. */
public class Mocks {
  public static void main(String[] arguments) {
    System.out.println("before " + Split.of(new Checkout()::pay));
    Checkout mock = Mockito.mock(Checkout.class);
    Mockito.when(mock.pay("user-1")).thenReturn("mocked");
    System.out.println("mock " + mock.pay("user-1") + " " + mock.pay("user-2"));
    System.out.println("inline " + (mock.getClass() == Checkout.class));
    Checkout spy = Mockito.spy(new Checkout());
    System.out.println("spy " + Split.of(spy::pay));
    Mockito.verify(spy, Mockito.atLeast(200)).pay(anyString());
    System.out.println("after " + Split.of(new Checkout()::pay));
  }
}
