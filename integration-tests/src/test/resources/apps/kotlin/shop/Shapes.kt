package shop

import dev.turnout.Fallback
import dev.turnout.FlagKey
import dev.turnout.Flagged
import host.Split
import kotlin.coroutines.Continuation
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.coroutines.startCoroutine
import kotlin.coroutines.suspendCoroutine

@Flagged("checkout", fallback = "topOld")
fun top(@FlagKey user: String): String = "new"

fun topOld(user: String): String = "old"

@Flagged("checkout", fallback = "extendedOld")
fun @receiver:FlagKey String.extended(times: Int): String = if (times == 3) "new" else "wrong"

fun String.extendedOld(times: Int): String = if (times == 3) "old" else "wrong"

data class Order(val user: String, val amount: Int = 2) {
  @Flagged("checkout", fallback = "payOld")
  fun pay(@FlagKey("user") order: Order, currency: String = "EUR"): String =
      if (this === order && currency == "EUR") "new" else "wrong"

  private fun payOld(order: Order, currency: String): String =
      if (this === order && currency == "EUR") "old" else "wrong"
}

class Visible {
  @Flagged("checkout")
  internal fun pay(@FlagKey user: String): String = "new"

  @Fallback("checkout")
  internal fun payBefore(user: String): String = "old"
}

object Single {
  @Flagged("checkout", fallback = "payOld")
  fun pay(@FlagKey user: String): String = "new"

  fun payOld(user: String): String = "old"

  @JvmStatic
  @Flagged("checkout", fallback = "fixedOld")
  fun fixed(@FlagKey user: String): String = "new"

  @JvmStatic fun fixedOld(user: String): String = "old"
}

object Delegating {
  @JvmStatic
  @Flagged("checkout", fallback = "payOld")
  fun pay(@FlagKey user: String): String = Second.pay(user)

  @JvmStatic fun payOld(user: String): String = "old"

  object Second {
    fun pay(user: String): String = "new"
  }
}

object DelegatingToAField {
  private val behind = Behind()

  @JvmStatic
  @Flagged("checkout", fallback = "payOld")
  fun pay(@FlagKey user: String): String = behind.pay(user)

  @JvmStatic fun payOld(user: String): String = "old"

  class Behind {
    fun pay(user: String): String = "new"
  }
}

class Early {
  @Flagged("checkout", fallback = "payOld")
  fun pay(@FlagKey user: String, times: Int?): String {
    return "new" + (times ?: return "new")
  }

  fun payOld(user: String, times: Int?): String {
    return "old" + (times ?: return "old")
  }
}

class WithCompanion {
  companion object {
    @Flagged("checkout", fallback = "payOld")
    fun pay(@FlagKey user: String): String = "new"

    fun payOld(user: String): String = "old"
  }
}

interface Priced {
  @Flagged("checkout", fallback = "payOld")
  fun pay(@FlagKey user: String): String = "new"

  fun payOld(user: String): String = "old"
}

class Goods : Priced

sealed class Shape<T : Any> {
  abstract fun pay(user: T): String

  class Round : Shape<String>() {
    @Flagged("checkout", fallback = "payOld")
    override fun pay(@FlagKey user: String): String = "new"

    fun payOld(user: String): String = "old"
  }
}

enum class Size {
  SMALL {
    @Flagged("checkout", fallback = "payOld")
    override fun pay(@FlagKey user: String): String = "new"

    fun payOld(user: String): String = "old"
  };

  abstract fun pay(user: String): String
}

@JvmInline value class User(val id: String)

class Wrapped {
  @Flagged("checkout", fallback = "payOld")
  @JvmName("pay")
  fun pay(@FlagKey user: User): String = "new"

  @JvmName("payOld") fun payOld(user: User): String = "old"
}

/** Functions that call inline ones of their own names, whose copies bear those names too. */
class Namesakes {
  @Flagged("checkout", fallback = "filterOld")
  fun filter(@FlagKey user: String, all: List<String>) = all.filter { it != "old" }

  fun filterOld(user: String, all: List<String>) = all.filter { it == "old" }

  @Flagged("checkout", fallback = "mapOld")
  fun map(@FlagKey user: String, all: List<String>): String {
    val mapped = all.map { "new" }
    return mapped.first()
  }

  fun mapOld(user: String, all: List<String>): String = "old"

  @Flagged("checkout", fallback = "twiceOld")
  fun twice(@FlagKey user: String): String = twice { return "new" }

  fun twiceOld(user: String): String = "old"

  inline fun twice(answer: () -> String): String = answer() + answer()
}

@Flagged("checkout", fallback = "firstOld")
fun first(@FlagKey user: String) = listOf("new").first { it == "new" }

fun firstOld(user: String): String = "old"

class Inlined {
  @Flagged("checkout", fallback = "anyOld")
  inline fun any(user: String, all: List<String>, wanted: (String) -> Boolean): Boolean =
      all.any { wanted(it) }

  fun anyOld(user: String, all: List<String>, wanted: (String) -> Boolean): Boolean = false
}

class Suspended {
  @Flagged("checkout", fallback = "payOld")
  suspend fun pay(@FlagKey user: String): String = suspendCoroutine {
    it.resumeWith(Result.success("new"))
  }

  suspend fun payOld(user: String): String = "old"
}

fun suspended(user: String): String {
  var answer = "never ended"
  suspend { Suspended().pay(user) }
      .startCoroutine(Continuation(EmptyCoroutineContext) { answer = it.getOrThrow() })
  return answer
}

fun main() {
  println("data-class-with-defaults " + Split.of { user -> Order(user).run { pay(this) } })
  println("top-level " + Split.of { user -> top(user) })
  println("extension " + Split.of { user -> user.extended(3) })
  println("internal " + Split.of { user -> Visible().pay(user) })
  println("object " + Split.of { user -> Single.pay(user) })
  println("static-of-object " + Split.of { user -> Single.fixed(user) })
  println("object-that-delegates " + Split.of { user -> Delegating.pay(user) })
  println("object-with-a-delegate " + Split.of { user -> DelegatingToAField.pay(user) })
  println("companion " + Split.of { user -> WithCompanion.pay(user) })
  println("interface " + Split.of { user -> Goods().pay(user) })
  println("sealed-generic " + Split.of { user -> (Shape.Round() as Shape<String>).pay(user) })
  println("enum-body " + Split.of { user -> Size.SMALL.pay(user) })
  println("early-return " + Split.of { user -> Early().pay(user, null) })
  println("value-class " + Split.of { user -> Wrapped().pay(User(user)) })
  val offers = listOf("new", "old")
  println("namesake-expression " + Split.of { user -> Namesakes().filter(user, offers).first() })
  println("namesake-block " + Split.of { user -> Namesakes().map(user, offers) })
  println("namesake-that-returns " + Split.of { user -> Namesakes().twice(user) })
  println("namesake-top-level " + Split.of { user -> first(user) })
  println("inline " + Inlined().any("user-1", offers) { it == "new" })
  println("suspend " + suspended("user-1") + suspended("user-2") + suspended("user-3"))
  // What the agent has to say, it says soon.
  Thread.sleep(1000)
}
