package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AgentLogTest {
  @Test
  void whatBreaksALine_orSteersATerminal_isShown() {
    assertThat(AgentLog.visible("a\r\nb\u001b[31m\u2028c\u0085\td 流量"))
        .isEqualTo("a\\r\\nb\\u001b[31m\\u2028c\\u0085\td 流量");
  }
}
