package dev.turnout.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class FailedAttemptsTest {
  private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 5);
  private final FailedAttempts failures = new FailedAttempts(time::get);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(FailedAttempts.class);

  @BeforeEach
  void listen() {
    logged.start();
    logger.addAppender(logged);
  }

  @AfterEach
  void leave() {
    logger.detachAppender(logged);
  }

  @Test
  void first_isToldAtOnce() {
    failures.add("10.0.0.1");
    assertThat(logged.list).hasSize(1);
    assertThat(logged.list.get(0).getFormattedMessage())
        .startsWith("1 request ")
        .contains("10.0.0.1");
  }

  @Test
  void many_areOneLineAMinute() {
    for (int i = 0; i < 600; i++) {
      failures.add("10.0.0." + i % 200);
      time.addAndGet(Duration.ofMillis(200).toNanos());
    }
    assertThat(logged.list).hasSize(2);
    assertThat(logged.list.get(1).getFormattedMessage()).startsWith("300 requests ");
    assertThat(failures.total()).isEqualTo(600);
  }
}
