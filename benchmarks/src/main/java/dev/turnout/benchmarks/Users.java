package dev.turnout.benchmarks;

import java.util.function.Predicate;
import java.util.stream.IntStream;

/** The targeting keys of the benchmarks: of 11 characters, the same for gates and peers. */
public final class Users {
  /** How many there are in the cycle; a power of two. */
  public static final int MANY = 1 << 10;

  private Users() {}

  /** The user at a place of the cycle. */
  public static String user(int place) {
    return "user-" + (100_000 + place);
  }

  /** All users of the cycle, in its order. */
  public static String[] cycle() {
    return IntStream.range(0, MANY).mapToObj(Users::user).toArray(String[]::new);
  }

  /**
   * Users for whom no branch can be predicted.
   *
   * @param many how many; more than the caches hold would measure the memory
   */
  public static String[] strangers(int many) {
    return IntStream.range(0, many)
        .mapToObj(i -> "user-" + (100_000 + (i * 48_271L) % 900_000))
        .toArray(String[]::new);
  }

  /**
   * Makes sure that a peer decides by percentage and does not answer with its default.
   *
   * @throws IllegalStateException if the flag is not on for about half of the users
   */
  public static void expectHalf(Predicate<String> isOn) {
    long on = IntStream.range(0, MANY).mapToObj(Users::user).filter(isOn).count();
    if (on < MANY * 2 / 5 || on > MANY * 3 / 5) {
      throw new IllegalStateException("on for " + on + " of " + MANY + " users at 50 %");
    }
  }
}
