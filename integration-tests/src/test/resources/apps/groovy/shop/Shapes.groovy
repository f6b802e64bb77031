package shop

import dev.turnout.FlagKey
import dev.turnout.Flagged
import groovy.transform.CompileStatic
import host.Split

class Dynamic {
  @Flagged(value = "checkout", fallback = "payOld")
  def pay(@FlagKey user) { "${'ne'}w".toString() }

  def payOld(user) { "old" }

  def anyhow(user) { pay(user) }
}

@CompileStatic
class Typed {
  @Flagged(value = "checkout", fallback = "payOld")
  String pay(@FlagKey String user) { "new" }

  private String payOld(String user) { "old" }

  @Flagged(value = "checkout", fallback = "fixedOld")
  static String fixed(@FlagKey String user) { "new" }

  static String fixedOld(String user) { "old" }
}

class Closing {
  @Flagged(value = "checkout", fallback = "payOld")
  String pay(@FlagKey String user) {
    def answers = [1].collect { user ? "new" : "wrong" }
    answers[0]
  }

  String payOld(String user) { "old" }
}

trait Priced {
  @Flagged(value = "checkout", fallback = "payOld")
  String pay(@FlagKey String user) { "new" }

  String payOld(String user) { "old" }
}

class Goods implements Priced {}

class Shapes {
  static void main(String[] arguments) {
    def dynamic = new Dynamic()
    println "dynamic " + Split.of { user -> dynamic.pay(user) }
    println "dynamic-from-inside " + Split.of { user -> dynamic.anyhow(user) }
    println "by-name " + Split.of { user -> dynamic."${'pa' + 'y'}"(user) }
    println "method-pointer " + Split.of(dynamic.&pay)
    println "static-compiled " + Split.of { user -> new Typed().pay(user) }
    println "static " + Split.of { user -> Typed.fixed(user) }
    println "closure-in-body " + Split.of { user -> new Closing().pay(user) }
    println "trait " + Split.of { user -> new Goods().pay(user) }
    dynamic.metaClass.pay = { user -> "replaced" }
    println "replaced-at-run-time " + dynamic.pay("user-1")
  }
}
