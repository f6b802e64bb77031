package dev.turnout.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.client.Contact.Way;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContactTest {
  private final List<String> lines = new ArrayList<>();
  private long now = Long.MAX_VALUE - Duration.ofMinutes(3).toNanos(); // overflows on the way
  private final Contact contact =
      new Contact("http://control", () -> now, new Warnings(lines::add, () -> now));

  private void passed(int seconds) {
    for (int i = 0; i < 4 * seconds; i++) {
      now += Duration.ofMillis(250).toNanos();
      contact.look();
    }
  }

  @Test
  void serverThatIsGoneForTwoMinutes_isToldOnce_andOnceThatItIsBack() {
    passed(60);
    contact.well(Way.POLL);
    contact.failed(Way.POLL, "answered 401");
    passed(120);
    assertThat(lines).isEmpty();

    passed(3_600);
    assertThat(lines).hasSize(1);
    assertThat(lines.get(0))
        .contains("http://control has not answered as it should for 120 s (poll: answered 401);");

    contact.heard();
    passed(100);
    assertThat(lines).hasSize(2);
    assertThat(lines.get(1))
        .isEqualTo("the control server http://control answers again, after 3720 s");
  }

  @Test
  void serverThatWasNeverReached_isToldToo() {
    passed(121);

    assertThat(lines).hasSize(1);
    assertThat(contact.link().met()).isFalse();
    assertThat(contact.link().silence()).isEqualTo(Duration.ofSeconds(121));
  }

  @Test
  void jvmThatStoodStill_hasNotLostItsServer() {
    contact.heard();
    now += Duration.ofMinutes(10).toNanos();

    contact.look();
    passed(30);
    contact.heard();
    passed(30);

    assertThat(lines).isEmpty();
  }

  @Test
  void problem_isThatOfEachWay_inOneLine() {
    contact.waits("answered 401");
    contact.failed(Way.POLL, "answered 401");
    assertThat(contact.failed(Way.REPORT, "cut\noff")).isTrue();
    assertThat(contact.failed(Way.REPORT, "cut\noff")).isFalse();
    assertThat(contact.link().problem()).isEqualTo("stream, poll: answered 401; reports: cut off");

    contact.connected();
    contact.well(Way.POLL);
    assertThat(contact.link().problem()).isEqualTo("reports: cut off");
    contact.well(Way.REPORT);
    assertThat(contact.link().problem()).isEmpty();
  }

  @Test
  void problemThatIsLong_isShortened() {
    contact.failed(Way.POLL, "x".repeat(10_000));
    assertThat(contact.link().problem()).hasSize(300).endsWith("…");
  }

  @Test
  void streamThatEndsAsItShould_isNoProblem() {
    contact.connected();
    assertThat(contact.link().connected()).isTrue();
    contact.waits("");
    assertThat(contact.link().connected()).isFalse();
    assertThat(contact.link().problem()).isEmpty();
  }
}
