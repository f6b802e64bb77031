package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The commands against the server they are for. */
final class RealServerTest extends ServedTest {
  @Test
  void aFlagsLife() {
    assertThat(done("set", "life", "percentage=10", "rings.internal=100", "description=a test"))
        .startsWith("life is enabled, 10 %");
    assertThat(done("set", "life", "rings.beta=50", "strategy=ring"))
        .startsWith("life is enabled, internal 100 %, beta 50 %");
    assertThat(done("set", "life", "strategy=percentage", "canary.servers=s1,s2"))
        .startsWith("life is enabled, 10 %");
    assertThat(done("get", "life")).contains("canary servers  s1, s2").contains("a test");
    assertThat(done("freeze", "life")).contains("frozen");
    assertThat(run("rollout", "life", "50").exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(done("unfreeze", "life")).doesNotContain("frozen");
    assertThat(done("rollout", "life", "100")).contains("100 %");
    assertThat(done("explain", "life", "--user", "u")).contains("life is on for this caller");
    assertThat(done("kill", "life", "--reason", "enough")).contains("is killed").contains("enough");
    assertThat(done("explain", "life", "--user", "u")).contains("off for this caller: KILLED");
    assertThat(done("status")).contains("killed");
    assertThat(done("reset", "life")).contains("is enabled");
    assertThat(done("toggle", "life", "off")).contains("is disabled");
  }

  @Test
  void variants_comeAndGo() {
    assertThat(done("set", "split", "--variant", "a=33.33", "--variant", "b=66.67"))
        .contains("who is on gets: a 33.33 %, b 66.67 %");
    assertThat(done("rollout", "split", "100")).contains("100 %");
    assertThat(done("explain", "split", "--user", "u"))
        .contains("variant: ", "split is on, variant ");
    assertThat(run("set", "split", "variants.b=50").err())
        .contains("variants: must have weights that sum to exactly 100 %, not 83.33 %");
    assertThat(done("set", "split", "variants.a=50", "variants.b=50"))
        .contains("who is on gets: a 50 %, b 50 %");
    assertThat(done("set", "split", "variants={}")).doesNotContain("who is on gets");
  }

  @Test
  void canaries_comeAndGo() {
    assertThat(done("canary", "on")).contains("canary mode is on");
    assertThat(done("canary-add", "a b")).contains("  a b");
    assertThat(done("canary-remove", "a b")).contains("no canary users");
    assertThat(done("canary", "off")).contains("canary mode is off");
  }

  @Test
  void nobody_isAnAgentYet() {
    assertThat(done("agents")).startsWith("SERVICE");
  }

  @Test
  void badValues_areRefusedInWords() {
    assertThat(run("set", "bad", "percentage=101").err()).contains("percentage");
    assertThat(run("set", "bad", "colour=red").err()).contains("colour");
    assertThat(run("get", "bad").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
  }
}
