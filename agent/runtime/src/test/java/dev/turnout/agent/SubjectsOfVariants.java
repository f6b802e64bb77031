package dev.turnout.agent;

import dev.turnout.Fallback;
import dev.turnout.FlagKey;
import dev.turnout.Flagged;
import dev.turnout.Flagged.OnError;
import dev.turnout.Variant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Methods with an implementation for each of two variants, in some shapes. */
@SuppressWarnings("UnusedMethod") // called by the gates only
public class SubjectsOfVariants {
  /** What ran, for methods that return nothing. */
  public final List<String> ran = new ArrayList<>();

  interface Greeting {
    @Flagged(value = "f", fallback = "plain", variants = @Variant(name = "bold", method = "loud"))
    default String greet(@FlagKey String user) {
      return "new " + user;
    }

    default String plain(String user) {
      return "old " + user;
    }

    private String loud(String user) {
      return "bold " + user;
    }
  }

  /** The only implementation. */
  static final class Greeter implements Greeting {}

  String greeting(String user) {
    return new Greeter().greet(user);
  }

  @Flagged(
      value = "f",
      variants = {
        @Variant(name = "bold", method = "boldText"),
        @Variant(name = "control", method = "oldText")
      })
  String text(@FlagKey String user) {
    return "new " + user;
  }

  @Fallback("f")
  String oldText(String user) {
    return "old " + user;
  }

  private String boldText(String user) {
    return "bold " + user;
  }

  @Flagged(
      value = "f",
      fallback = "oldNumber",
      variants = @Variant(name = "bold", method = "boldNumber"))
  static synchronized long number(@FlagKey long key, double by) {
    return key + (long) by;
  }

  static long oldNumber(long key, double by) {
    return -key;
  }

  static long boldNumber(long key, double by) {
    return 100 * key + (long) by;
  }

  @Flagged(
      value = "f",
      fallback = "oldNothing",
      variants = @Variant(name = "bold", method = "boldNothing"))
  void nothing(@FlagKey String user) {
    ran.add("new");
  }

  void oldNothing(String user) {
    ran.add("old");
  }

  void boldNothing(String user) {
    ran.add("bold");
  }

  @Flagged(
      value = "f",
      fallback = "oldRecovering",
      onError = OnError.FALLBACK,
      variants = @Variant(name = "bold", method = "boldRecovering"))
  String recovering(@FlagKey String user, long amount) {
    String given = user;
    user = null;
    amount = 0;
    throw new IllegalStateException("new " + given + user + amount);
  }

  String oldRecovering(String user, long amount, Throwable failure) {
    return "old " + user + amount + (failure == null ? "" : " after " + failure.getMessage());
  }

  String boldRecovering(String user, long amount) {
    throw new IllegalStateException("bold " + user);
  }

  @Flagged(
      value = "f",
      fallback = "oldLater",
      variants = @Variant(name = "bold", method = "boldLater"))
  CompletableFuture<String> later(@FlagKey String user) {
    return CompletableFuture.completedFuture("new");
  }

  CompletableFuture<String> oldLater(String user) {
    return CompletableFuture.completedFuture("old");
  }

  CompletableFuture<String> boldLater(String user) {
    return CompletableFuture.failedFuture(new IllegalStateException("bold"));
  }
}
