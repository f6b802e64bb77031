package dev.turnout.server.auth;

import com.github.benmanes.caffeine.cache.Ticker;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests without a valid token, told in at most one line a minute, however many come. Safe for
 * use by several threads.
 */
public final class FailedAttempts {
  private static final Logger log = LoggerFactory.getLogger(FailedAttempts.class);
  private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Ticker ticker;
  private boolean told;
  private long toldAt;
  private long untold;
  private long total;

  /** Counts none so far. */
  public FailedAttempts(Ticker ticker) {
    this.ticker = ticker;
  }

  /**
   * Counts one.
   *
   * @param from the address that it came from
   */
  public void add(String from) {
    long count;
    synchronized (this) {
      total++;
      untold++;
      long now = ticker.read();
      if (told && now - toldAt < QUIET_NANOS) {
        return;
      }
      told = true;
      toldAt = now;
      count = untold;
      untold = 0;
    }
    log.warn(
        "{} without a valid token since the last such line, the last from {}. If it is one of"
            + " yours, its token is wrong, expired or revoked: turnout token list",
        count == 1 ? "1 request" : count + " requests",
        from);
  }

  /** How many there were. */
  public synchronized long total() {
    return total;
  }
}
