package shop;

import dev.turnout.FlagKey;
import dev.turnout.Flagged;
import host.Split;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Methods of every kind of class, and of kinds of bodies, behind one flag. */
public class Kinds {
  static class Base {
    @Flagged(value = "checkout", fallback = "baseOld")
    String pay(@FlagKey String user) {
      return "new";
    }

    String baseOld(String user) {
      return "old";
    }

    @Flagged(value = "checkout", fallback = "overriddenOld")
    String overriddenFallback(@FlagKey String user) {
      return "new";
    }

    String overriddenOld(String user) {
      return "wrong";
    }
  }

  static class Sub extends Base {
    @Override
    @Flagged(value = "loyalty", fallback = "subOld")
    String pay(@FlagKey String user) {
      return "sub new, base " + super.pay(user);
    }

    private String subOld(String user) {
      return "sub old, base " + super.pay(user);
    }

    @Override
    String overriddenOld(String user) {
      return "old";
    }
  }

  static class SubSub extends Sub {
    @Override
    String pay(String user) {
      return super.pay(user);
    }
  }

  static class Loyal {
    @Flagged(value = "loyalty", fallback = "payOld")
    String pay(@FlagKey String user) {
      return "new";
    }

    String payOld(String user) {
      return "old";
    }
  }

  interface Priced {
    @Flagged(value = "checkout", fallback = "byDefaultOld")
    default String byDefault(@FlagKey String user) {
      return "new";
    }

    default String byDefaultOld(String user) {
      return "old";
    }

    @Flagged(value = "checkout", fallback = "fixedOld")
    static String fixed(@FlagKey String user) {
      return "new";
    }

    private static String fixedOld(String user) {
      return "old";
    }

    default String within(String user) {
      return hidden(user);
    }

    @Flagged(value = "checkout", fallback = "hiddenOld")
    private String hidden(@FlagKey String user) {
      return "new";
    }

    private String hiddenOld(String user) {
      return "old";
    }
  }

  static class Goods implements Priced {}

  static class Dear implements Priced {
    @Override
    @Flagged(value = "loyalty", fallback = "dearOld")
    public String byDefault(@FlagKey String user) {
      return "sub new, base " + Priced.super.byDefault(user);
    }

    String dearOld(String user) {
      return "sub old, base " + Priced.super.byDefault(user);
    }
  }

  record Order(String user, int amount) {
    @Flagged(value = "checkout", fallback = "payOld")
    String pay(@FlagKey("user") Order order) {
      return "new";
    }

    String payOld(Order order) {
      return "old";
    }

    @Override
    @Flagged(value = "off", fallback = "twice")
    public int amount() {
      return amount;
    }

    int twice() {
      return 2 * amount;
    }
  }

  enum Size {
    SMALL,
    LARGE {
      @Override
      @Flagged(value = "checkout", fallback = "largeOld")
      String body(@FlagKey String user) {
        return "new";
      }

      String largeOld(String user) {
        return "old";
      }
    };

    @Flagged(value = "checkout", fallback = "payOld")
    String pay(@FlagKey String user) {
      return "new";
    }

    String payOld(String user) {
      return "old";
    }

    String body(String user) {
      return "wrong";
    }
  }

  class Inner {
    @Flagged(value = "checkout", fallback = "payOld")
    String pay(@FlagKey String user) {
      return answer("new");
    }

    String payOld(String user) {
      return answer("old");
    }
  }

  private String answer(String path) {
    return path;
  }

  private static Function<String, String> anonymous(String captured) {
    return new Function<String, String>() {
      @Override
      @Flagged(value = "checkout", fallback = "applyOld")
      public String apply(@FlagKey String user) {
        return captured;
      }

      String applyOld(String user) {
        return captured.equals("new") ? "old" : "wrong";
      }
    };
  }

  private static Function<String, String> local(String captured) {
    class Local {
      @Flagged(value = "checkout", fallback = "payOld")
      String pay(@FlagKey String user) {
        return captured;
      }

      String payOld(String user) {
        return captured.equals("new") ? "old" : "wrong";
      }
    }
    return new Local()::pay;
  }

  static class Encloses {
    @Flagged(value = "checkout", fallback = "payOld")
    String pay(@FlagKey String user) {
      Supplier<String> lambda = () -> user.isEmpty() ? "wrong" : "new";
      Supplier<String> nested =
          new Supplier<>() {
            @Override
            public String get() {
              return lambda.get();
            }
          };
      return nested.get();
    }

    String payOld(String user) {
      return ((Supplier<String>) () -> user.isEmpty() ? "wrong" : "old").get();
    }
  }

  sealed interface Shape permits Round, Square {
    String pay(String user);
  }

  static final class Round implements Shape {
    @Override
    @Flagged(value = "checkout", fallback = "payOld")
    public String pay(@FlagKey String user) {
      return "new";
    }

    String payOld(String user) {
      return "old";
    }
  }

  record Square(int side) implements Shape {
    @Override
    public String pay(String user) {
      return "never asked";
    }
  }

  abstract static class Generic<T extends Comparable<T>, R> {
    abstract R pay(T user);
  }

  static class Bridged extends Generic<String, String> {
    @Override
    @Flagged(value = "checkout", fallback = "payOld")
    String pay(@FlagKey String user) {
      return "new";
    }

    String payOld(String user) {
      return "old";
    }
  }

  static class OwnTypes<T> {
    @Flagged(value = "checkout", fallback = "payOld")
    <S extends T> T pay(@FlagKey String user, S value, T[] more) {
      return more[0];
    }

    <S extends T> T payOld(String user, S value, T[] more) {
      return value;
    }
  }

  static class Reassigning {
    @Flagged(value = "checkout", fallback = "payOld")
    String pay(@FlagKey String user, long amount, double price, int... more) {
      user = user + amount;
      amount = user.length() > 3 ? amount + 1 : -1;
      for (price = 0; price < 3; price++) {
        more = new int[] {(int) price};
      }
      return amount == 8 && price == 3 && more[0] == 2 ? "new" : "wrong";
    }

    String payOld(String user, long amount, double price, int... more) {
      user = user.replace("user", "");
      amount = user.startsWith("-") ? amount + 1 : -1;
      price += more[1];
      return amount == 8 && price == 7.5 ? "old" : "wrong";
    }

    @Flagged(value = "on", fallback = "recoveringOld", onError = Flagged.OnError.FALLBACK)
    String recovering(@FlagKey String user, long amount, double price) {
      user = "other";
      amount = 0;
      price = Double.NaN;
      throw new IllegalStateException(user + amount + price);
    }

    String recoveringOld(String user, long amount, double price, Throwable failure) {
      return user + " " + amount + " " + price + " after " + (failure != null);
    }
  }

  static class Locking {
    private int inside;

    @Flagged(value = "checkout", fallback = "payOld")
    synchronized String pay(@FlagKey String user) throws InterruptedException {
      return alone("new");
    }

    synchronized String payOld(String user) throws InterruptedException {
      return alone("old");
    }

    @Flagged(value = "checkout", fallback = "fixedOld")
    static synchronized String fixed(@FlagKey String user) {
      return Thread.holdsLock(Locking.class) ? "new" : "wrong";
    }

    static String fixedOld(String user) {
      return Thread.holdsLock(Locking.class) ? "old" : "wrong";
    }

    private String alone(String path) throws InterruptedException {
      int now = ++inside;
      Thread.yield();
      boolean alone = now == inside && Thread.holdsLock(this);
      inside--;
      return alone && inside == 0 ? path : "wrong";
    }

    /** All at once: who is in, is in alone, and whoever leaves by an exception leaves the lock. */
    static String contended() {
      Locking one = new Locking();
      boolean right =
          IntStream.range(0, 2_000)
              .parallel()
              .mapToObj(
                  i -> {
                    try {
                      return one.pay("user-" + i % 100);
                    } catch (InterruptedException e) {
                      return "wrong";
                    }
                  })
              .noneMatch("wrong"::equals);
      return right + " " + !Thread.holdsLock(one);
    }
  }

  static class Recursive {
    private int calls;

    @Flagged(value = "checkout", fallback = "payOld")
    String pay(@FlagKey String user, int depth) {
      calls++;
      return depth == 0 ? "new" : pay(user, depth - 1);
    }

    String payOld(String user, int depth) {
      calls++;
      return depth == 0 ? "old" : pay(user, depth - 1);
    }

    String all(String user) {
      calls = 0;
      String answer = pay(user, 5);
      return calls == 6 ? answer : "wrong";
    }

    @Flagged(value = "on", fallback = "endlessOld")
    static int endless(int depth) {
      return endless(depth + 1) + 1;
    }

    static int endlessOld(int depth) {
      return 0;
    }

    static String overflow() {
      try {
        return "wrong " + endless(0);
      } catch (StackOverflowError e) {
        // The gate works on as if nothing had been.
        return new Recursive().all("user-1") + " " + new Recursive().all("user-2");
      }
    }
  }

  abstract static class Refused {
    @Flagged(value = "checkout", fallback = "payOld")
    abstract String pay(String user);

    String payOld(String user) {
      return "old";
    }
  }

  static class RefusedNative extends Refused {
    @Override
    String pay(String user) {
      return "as written";
    }

    @Flagged(value = "checkout", fallback = "payOld")
    native String elsewhere(String user);
  }

  private static void print(String kind, Function<String, String> method) {
    System.out.println(kind + " " + Split.of(method));
  }

  /** Whether two gates in one call each went by their own flag, and in how many combinations. */
  private static String both(Function<String, String> method) {
    Base base = new Base();
    Loyal loyal = new Loyal();
    Split.of(loyal::pay);
    long right =
        IntStream.range(0, 100)
            .mapToObj(i -> "user-" + i)
            .filter(
                u -> method.apply(u).equals("sub " + loyal.pay(u) + ", base " + base.pay(u)))
            .count();
    long combinations =
        IntStream.range(0, 100).mapToObj(i -> method.apply("user-" + i)).distinct().count();
    return right + " right, " + combinations + " combinations";
  }

  public static void main(String[] arguments) throws Exception {
    // A JVM that is strained takes longer to know its flags than one look waits.
    boolean known = false;
    for (int i = 0; i < 4 && !known; i++) {
      known = !Split.of(new Base()::pay).startsWith("new 0 ");
    }
    Kinds kinds = new Kinds();
    print("base", new Base()::pay);
    System.out.println("override " + both(new Sub()::pay));
    System.out.println("override-inherited " + both(new SubSub()::pay));
    System.out.println("interface-override " + both(new Dear()::byDefault));
    print("overridden-fallback", new Sub()::overriddenFallback);
    print("interface-default", new Goods()::byDefault);
    print("interface-static", Priced::fixed);
    print("interface-private", new Goods()::within);
    print("record", user -> new Order(user, 1).pay(new Order(user, 2)));
    System.out.println("record-accessor " + new Order("u", 21).amount());
    print("enum", Size.SMALL::pay);
    print("enum-body", Size.LARGE::body);
    print("inner", kinds.new Inner()::pay);
    print("anonymous", anonymous("new"));
    print("local", local("new"));
    print("lambda-and-anonymous-in-body", new Encloses()::pay);
    print("sealed", ((Shape) new Round())::pay);
    Generic<String, String> generic = new Bridged();
    print("bridge", generic::pay);
    print(
        "generic",
        user -> (String) new OwnTypes<Object>().pay(user, "old", new Object[] {"new"}));
    print("reassigned-parameters", user -> new Reassigning().pay(user, 7, 2.5, 4, 5));
    System.out.println("reassigned-then-failed " + new Reassigning().recovering("u", 7, 2.5));
    Locking locking = new Locking();
    print(
        "synchronized",
        user -> {
          try {
            return locking.pay(user);
          } catch (InterruptedException e) {
            return "wrong";
          }
        });
    print("synchronized-static", Locking::fixed);
    System.out.println("synchronized-contended " + Locking.contended());
    print("recursion", new Recursive()::all);
    System.out.println("recursion-without-end " + Recursive.overflow());
    System.out.println("refused " + new RefusedNative().pay("user-1"));
    // What the agent has to say, it says soon.
    Thread.sleep(1000);
  }
}
