package shop

import dev.turnout.FlagKey
import dev.turnout.Flagged
import host.Split

class Static {
  companion object {
    @JvmStatic @Flagged("checkout", fallback = "payOld") fun pay(): String = "new"

    @JvmStatic fun payOld(): String = "old"
  }
}

class Overloaded {
  @JvmOverloads
  @Flagged("checkout", fallback = "payOld")
  fun pay(times: Int = 1): String = "new"

  @JvmOverloads fun payOld(times: Int = 1): String = "old"
}

class Inlined {
  @Flagged("checkout", fallback = "payOld")
  inline fun pay(@FlagKey user: String, answer: (String) -> String): String = answer("new")

  fun payOld(user: String, answer: (String) -> String): String = answer("old")
}

/** What part of many calls, of a hundred, got the new path. */
fun share(call: () -> String): Int = (1..20_000).count { call() == "new" } / 200

/** Overloads and static forwarders are for Java to call. */
fun overload(overloaded: Overloaded): String =
    Overloaded::class.java.getMethod("pay").invoke(overloaded) as String

fun static(): String = Static::class.java.getMethod("pay").invoke(null) as String

fun main() {
  println("ready " + Split.of { Static.pay() }.isNotEmpty())
  println("static " + share { static() })
  val overloaded = Overloaded()
  println("overload " + share { overload(overloaded) })
  println("inline " + Split.of { user -> Inlined().pay(user) { it } })
  Thread.sleep(1000)
}
