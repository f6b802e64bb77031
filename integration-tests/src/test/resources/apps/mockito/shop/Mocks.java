package shop;

import static org.mockito.ArgumentMatchers.anyString;

import host.Split;
import org.mockito.MockMakers;
import org.mockito.Mockito;

/** Mocks a class that is gated already: Mockito has the JVM transform it once more,
 * or makes a subclass of it with the same annotations. */
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
    Checkout subclass =
        Mockito.mock(Checkout.class, Mockito.withSettings().mockMaker(MockMakers.SUBCLASS));
    Mockito.when(subclass.pay(anyString())).thenReturn("new");
    System.out.println("subclass " + (subclass.getClass() == Checkout.class));
    System.out.println("stub " + Split.of(subclass::pay));
    System.out.println("after " + Split.of(new Checkout()::pay));
  }
}
