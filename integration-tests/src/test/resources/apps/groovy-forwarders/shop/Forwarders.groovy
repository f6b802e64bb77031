package shop

import dev.turnout.Flagged
import groovy.transform.CompileStatic
import host.Split

@CompileStatic
class Forwarders {
  @Flagged(value = "checkout", fallback = "payOld")
  String pay(int times = 1) { "new" }

  String payOld(int times = 1) { "old" }

  static void main(String[] arguments) {
    Forwarders forwarders = new Forwarders()
    println "ready " + !Split.of { user -> forwarders.pay(1) }.isEmpty()
    int got = 0
    for (int i = 0; i < 20_000; i++) {
      got += forwarders.pay() == "new" ? 1 : 0
    }
    println "overload " + got.intdiv(200)
  }
}
