package dev.turnout.agent.weave;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GatesFileTest {
  @Test
  void parse_everyField() {
    GateRules rules =
        GatesFile.parse(
            "g.yaml",
            """
            gates:
              - method: a.B#c( int[] , a.D$E)
                flag: f
                fallback: d
                key: 1.customer.id
                on_error: fallback
                ignore: [a.NotFound, a.Invalid]
              - {method: a.B#x, flag: g, key: tenant}
            """);
    assertThat(rules.of("a.B")).hasSize(2);
    GateRule rule = rules.of("a.B").get(0);
    assertThat(rule.parameters()).containsExactly("int[]", "a.D$E");
    assertThat(rule.keyParameter()).isEqualTo(1);
    assertThat(rule.keyPath()).isEqualTo("customer.id");
    assertThat(rule.recovers()).isTrue();
    assertThat(rule.ignored()).containsExactly("a.NotFound", "a.Invalid");
    assertThat(rule.where()).isEqualTo("g.yaml: line 2, column 13: ");
    assertThat(rules.of("a.B").get(1).keyAttribute()).isEqualTo("tenant");
    assertThat(rules.concern("a.B")).isTrue();
    assertThat(rules.concern("a.C")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "größe",
        "play-abc",
        "access$play",
        "<init>",
        "<clinit>",
        "_1",
        "遊ぶ",
      })
  void method_anyName(String name) {
    GateRules rules =
        GatesFile.parse("g.yaml", "gates: [{method: 'a.Größe$A#" + name + "(a.Ä)', flag: f}]");
    GateRule rule = rules.of("a.Größe$A").get(0);
    assertThat(rule.method()).isEqualTo(name);
    assertThat(rule.parameters()).containsExactly("a.Ä");
  }

  @Test
  void observe_anyName() {
    GateRules rules =
        GatesFile.parse(
            "g.yaml",
            "observe: [{methods: 'a.Ä*#grö*', name: n}, {methods: 'a.B#play-*', name: m}]");
    assertThat(rules.observedAs("a.Äb", "größe", false)).isEqualTo("n");
    assertThat(rules.observedAs("a.B", "play-abc", false)).isEqualTo("m");
    assertThat(rules.observedAs("a.B", "play", false)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, '', ''",
    "254, 254, '', ''",
    "0.customer.id, 0, customer.id, ''",
    "1.größe_1, 1, größe_1, ''",
    "customer-id, -1, '', customer-id",
    "a.0, -1, '', a.0",
    "1st, -1, '', 1st",
    "'', -1, '', ''",
  })
  void key(String key, int parameter, String path, String attribute) {
    GateRule rule =
        GatesFile.parse("g.yaml", "gates: [{method: a.B#c, flag: f, key: '" + key + "'}]")
            .of("a.B")
            .get(0);
    assertThat(rule.keyParameter()).isEqualTo(parameter);
    assertThat(rule.keyPath()).isEqualTo(path);
    assertThat(rule.keyAttribute()).isEqualTo(attribute);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.customer-id",
        "99999999999.x",
        "99999999999",
        "255",
        "-1",
        "0.",
        "0..x",
        "0.1x",
        "0.a b",
        "0.x.",
        ".5 a",
      })
  void wrongKey_saysWhatIsRight(String key) {
    assertThatThrownBy(
            () ->
                GatesFile.parse("g.yaml", "gates: [{method: a.B#c, flag: f, key: '" + key + "'}]"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "g.yaml: line 1, column 39: key must be a parameter's index from 0 to 254, with a path"
                + " of properties if need be such as 0.customer.id, or a context attribute");
  }

  @Test
  void empty_isNoGate() {
    assertThat(GatesFile.parse("g.yaml", "# nothing\n").concern("a.B")).isFalse();
  }

  @Test
  void observe_patterns() {
    GateRules rules =
        GatesFile.parse(
            "g.yaml",
            "observe: [{methods: 'a.*#get*', name: n, except: ['a.secret.*#*', '*#getClass']}]");
    assertThat(rules.observedAs("a.b.C", "getIt", false)).isEqualTo("n");
    assertThat(rules.observedAs("a.b.C", "setIt", false)).isEmpty();
    assertThat(rules.observedAs("a.b.C", "getClass", false)).isEmpty();
    assertThat(rules.observedAs("a.secret.C", "getIt", false)).isEmpty();
    assertThat(rules.concern("a.secret.C")).isFalse();
    assertThat(rules.concern("ax.C")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a.Repo$$SpringCGLIB$$0",
        "a.Repo$$SpringCGLIB$$FastClass$$1",
        "a.Repo$$EnhancerBySpringCGLIB$$4f1c2b",
        "a.Repo$$EnhancerByGuice$$12",
        "a.Repo$$KeyFactoryByCGLIB$$1",
        "a.Repo$HibernateProxy$Xyz",
        "a.Repo$MockitoMock$17",
        "a.Repo$Proxy$_$$_WeldClientProxy",
        "a.Repo_$$_jvst3a_0",
        "a.$Proxy12"
      })
  void observe_proxy_isMeantOnlyIfItIsNamed(String proxy) {
    GateRules all = GatesFile.parse("g.yaml", "observe: [{methods: 'a.*#*', name: n}]");
    assertThat(all.concern(proxy)).isFalse();
    assertThat(all.observedAs(proxy, "find", false)).isEmpty();

    String named = "observe: [{methods: '" + proxy + "#*', name: n}]";
    assertThat(GatesFile.parse("g.yaml", named).observedAs(proxy, "find", false)).isEqualTo("n");
  }

  @Test
  void observe_proxiesOfAKind_areMeantByWhatTheyHaveInCommon() {
    GateRules rules =
        GatesFile.parse("g.yaml", "observe: [{methods: 'a.*$$SpringCGLIB$$*#find', name: n}]");
    assertThat(rules.concern("a.Repo$$SpringCGLIB$$0")).isTrue();
    assertThat(rules.observedAs("a.Repo$$SpringCGLIB$$0", "find", false)).isEqualTo("n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a.Repo$$anon$1",
        "a.Repo$$anonfun$find$1",
        "a.Repo$find$$inlined$map$1",
        "a.Repo$1",
        "a.Repo$Proxy1",
        "a.$Proxy",
        "a.$ProxyOf12"
      })
  void observe_nameThatACompilerMade_isMeant(String type) {
    GateRules rules = GatesFile.parse("g.yaml", "observe: [{methods: 'a.*#*', name: n}]");
    assertThat(rules.concern(type)).isTrue();
    assertThat(rules.observedAs(type, "find", false)).isEqualTo("n");
  }

  // As Quarkus makes them, whose names anybody could have taken.
  @Test
  void observe_syntheticClass_isMeantOnlyIfItIsNamed() {
    GateRules all = GatesFile.parse("g.yaml", "observe: [{methods: 'a.*#*', name: n}]");
    assertThat(all.observedAs("a.Repo_ClientProxy", "find", true)).isEmpty();
    assertThat(all.observedAs("a.Repo_ClientProxy", "find", false)).isEqualTo("n");

    String named = "observe: [{methods: 'a.Repo_ClientProxy#find', name: n}]";
    GateRules one = GatesFile.parse("g.yaml", named);
    assertThat(one.observedAs("a.Repo_ClientProxy", "find", true)).isEqualTo("n");
  }

  @Test
  void mostObserved_countsEachMethodOnce() {
    GateRules rules =
        GatesFile.parse("g.yaml", "{observe: [{methods: 'a.*#*', name: n}], most_observed: 2}");
    assertThat(rules.observedAs("a.B", "x", false)).isEqualTo("n");
    for (int round = 0; round < 3; round++) {
      assertThat(rules.admitObserved("a.B#x()")).isTrue();
      assertThat(rules.admitObserved("a.B#y()")).isTrue();
      assertThat(rules.admitObserved("a.B#z()")).isFalse();
    }
    assertThat(rules.unmet()).singleElement().asString().startsWith("1 methods are not observed");
  }

  @Test
  void unmet_namesClassesThatWereNeverLoaded() {
    GateRules rules =
        GatesFile.parse("g.yaml", "gates: [{method: a.B#c, flag: f}, {method: a.C#c, flag: f}]");
    assertThat(rules.concern("a.B")).isTrue();
    assertThat(rules.unmet())
        .singleElement()
        .asString()
        .startsWith("g.yaml: line 1, column ")
        .contains("no class a.C was loaded so far");
  }

  @Test
  void parameters_asJavaWritesThem() {
    GateRules rules =
        GatesFile.parse("g.yaml", "gates: [{method: 'a.B#c(int, java.lang.String...)', flag: f}]");
    assertThat(rules.of("a.B"))
        .singleElement()
        .extracting(GateRule::parameters)
        .isEqualTo(List.of("int", "java.lang.String[]"));
  }

  @Test
  void unmet_namesPatternsThatNothingMatched() {
    GateRules rules =
        GatesFile.parse(
            "g.yaml",
            """
            observe:
              - {methods: 'a.*#get*', name: n}
              - {methods: 'a.b.*#*', name: h}
              - {methods: 'x.*#get*', name: m}
            """);
    assertThat(rules.unmet()).hasSize(3);
    assertThat(rules.concern("x.C")).isTrue();
    assertThat(rules.observedAs("x.C", "setIt", false)).isEmpty();
    assertThat(rules.observedAs("a.b.C", "getIt", false)).isEqualTo("n");
    assertThat(rules.unmet())
        .containsExactly(
            "g.yaml: line 4, column 15: no method that this matches was loaded so far; if the"
                + " pattern is wrong, none will be observed as m");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gate: []|line 1, column 1: there is no \"gate\"; there are [gates, most_observed, observe]",
        "gates: 5|line 1, column 8: gates must be a list",
        "gates: [{flag: f}]|line 1, column 9: method is missing",
        "gates: [{method: a.B#c}]|line 1, column 9: flag is missing",
        "gates: [{method: a.B.c, flag: f}]|line 1, column 18: method must be written class#method",
        "gates: [{method: a.B#c, flag: a b}]|line 1, column 31: flag must be 1 to 128",
        "gates: [{method: a.B#c, flag: ..}]|line 1, column 31: flag must be 1 to 128",
        "observe: [{methods: a.B#c, name: .}]|line 1, column 34: name must be 1 to 128",
        "gates: [{method: a.B#c, flag: f, flg: f}]|line 1, column 34: there is no \"flg\"",
        "gates: [{method: a.B#c, flag: f}] / observe: [{methods: d.*#*, name: f}]|line 2, column 34:"
            + " name must not be a flag's",
        "gates: [{method: a.B#c, flag: f, key: 0..x y}]|key must be a parameter's index",
        "gates: [{method: a.B#c, flag: f, variants: [x]}]|variants must be a mapping of each",
        "gates: [{method: a.B#c, flag: f, variants: {a b: c}}]|a variant must be 1 to 128",
        "gates: [{method: a.B#c, flag: f, variants: {a: c, a: d}}]|is given twice",
        "gates: [{method: a.B#c, flag: f, on_error: die}]|on_error must be rethrow or fallback",
        "gates: [{method: a.B#c, flag: f}, {method: a.B#c, flag: f}]|method is named twice",
        "gates: [{method: java.lang.String#length, flag: f}]|classes of the JDK cannot be gated",
        "observe: [{methods: a.B, name: n}]|methods must be written class#method",
        "most_observed: many|line 1, column 16: most_observed must be a number",
        "gates: [|line 1, column 9: ",
        "gates: [] / gates: []|line 2, column 1: gates is given twice",
      })
  void wrong_saysWhereAndWhat(String text, String message) {
    assertThatThrownBy(() -> GatesFile.parse("g.yaml", text.replace(" / ", "\n")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("g.yaml: ")
        .hasMessageContaining(message);
  }

  @Test
  void missingFile() {
    assertThatThrownBy(() -> GatesFile.read(new File("no/such/gates.yaml")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the gates file cannot be read");
    assertThatThrownBy(() -> GatesFile.read(new File("src")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("src: the gates file must be a regular file");
  }
}
