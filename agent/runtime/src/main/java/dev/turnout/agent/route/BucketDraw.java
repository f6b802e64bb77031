package dev.turnout.agent.route;

import dev.turnout.flags.Percentage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntSupplier;

/** Draws a bucket for a call without a key. A class and no lambda: it is used in class loading. */
final class BucketDraw implements IntSupplier {
  @Override
  public int getAsInt() {
    return ThreadLocalRandom.current().nextInt(Percentage.BUCKETS);
  }
}
