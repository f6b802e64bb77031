package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.flags.Report;
import org.junit.jupiter.api.Test;

class FoundGatesTest {
  private static final String PAY = "p.Shop#pay()";

  private final ClassLoader one = new ClassLoader() {};
  private final ClassLoader other = new ClassLoader() {};
  private final FoundGates found = new FoundGates();

  private static Report.Gate wired(String method) {
    return new Report.Gate("f", method, true, null);
  }

  private static Report.Gate misfit(String method) {
    return new Report.Gate("f", method, false, "no fallback");
  }

  private static Report.Gate doubtful(String method) {
    return new Report.Gate("f", method, true, "it may be gone");
  }

  @Test
  void worst_isTold_andBetterOnlyOfTheLoaderThatHasIt() {
    found.add(one, wired(PAY), true);
    found.add(other, misfit(PAY), false);
    found.add(one, wired(PAY), true);
    assertThat(found.all(null)).containsExactly(misfit(PAY));
    found.add(other, wired(PAY), true);
    assertThat(found.all(null)).containsExactly(wired(PAY));
    found.add(one, doubtful(PAY), false);
    assertThat(found.all(null)).containsExactly(doubtful(PAY));
  }

  @Test
  void doubt_isToldOverNoMisfit_andAGateThatIsPutInPlaceIs() {
    found.add(one, misfit(PAY), false);
    found.add(one, doubtful(PAY), false);
    assertThat(found.all(null)).containsExactly(misfit(PAY));
    found.add(one, wired(PAY), true);
    assertThat(found.all(null)).containsExactly(wired(PAY));
  }

  @Test
  void classWithAProblem_isUngatedInItsLoaderAlone() {
    Report.Gate broken = new Report.Gate("", "p.Shop", false, "too large");
    found.add(one, wired(PAY), true);
    found.add(other, new Report.Gate("g", PAY, true, null), true);
    found.add(one, broken, false);
    assertThat(found.all(null))
        .containsExactly(
            broken,
            new Report.Gate("f", PAY, false, "too large"),
            new Report.Gate("g", PAY, true, null));
    assertThat(found.flags()).containsExactly("g");
  }

  @Test
  void settledClass_hasOnlyWhatWasFoundSince() {
    found.add(one, new Report.Gate("", "p.Shop", false, "too large"), false);
    found.add(one, wired(PAY), true);
    found.add(one, wired("p.Shop#send()"), true);
    found.add(one, wired("p.Shop of names with blanks#send()"), true);
    found.add(other, doubtful("p.Shop#send()"), false);
    found.unsettled(one, "p.Shop");
    found.add(one, wired(PAY), true);
    assertThat(found.all(null)).hasSize(4);
    found.settled(one, "p.Shop");
    assertThat(found.all(null))
        .containsExactly(
            wired("p.Shop of names with blanks#send()"), wired(PAY), doubtful("p.Shop#send()"));
  }

  @Test
  void flags_areThoseOfGatesThatAreThere() {
    found.add(one, wired(PAY), true);
    found.add(other, misfit(PAY), false);
    assertThat(found.all(null)).hasSize(1);
    assertThat(found.flags()).containsExactly("f");
    found.add(one, doubtful(PAY), false);
    assertThat(found.all(null)).hasSize(1);
    assertThat(found.flags()).containsExactly("f");
    found.unsettled(one, "p.Shop");
    found.settled(one, "p.Shop");
    assertThat(found.all(null)).containsExactly(misfit(PAY));
    assertThat(found.flags()).isEmpty();
  }

  // A killed flag that is not told of would come on unseen when the agent is detached.
  @Test
  void observedMethods_takeNoPlacesOfThoseThatDecide() {
    for (int i = 0; i < 10_001; i++) {
      found.add(one, new Report.Gate("observed", "p.Store#get" + i + "()", true, null), false);
    }
    assertThat(found.all(null)).hasSize(10_000);
    assertThat(found.beyondBounds()).isEqualTo(1);
    found.add(one, wired(PAY), true);
    assertThat(found.all(null)).hasSize(10_001).contains(wired(PAY));
    assertThat(found.flags()).containsExactly("f");
    for (int i = 0; i < 10_000; i++) {
      found.add(one, wired("p.Shop#sell" + i + "()"), true);
    }
    assertThat(found.all(null)).hasSize(20_000);
    assertThat(found.beyondBounds()).isEqualTo(2);
  }

  @Test
  void gateThatIsSettledAway_leavesItsPlace() {
    for (int i = 0; i < 10_000; i++) {
      found.add(one, wired("p.Shop" + i + "#sell()"), true);
    }
    found.unsettled(one, "p.Shop7");
    found.settled(one, "p.Shop7");
    found.add(one, wired(PAY), true);
    assertThat(found.all(null)).hasSize(10_000).contains(wired(PAY));
  }
}
