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
  println("suspend " + suspended("user-1") + suspended("user-2") + suspended("user-3"))
  // What the agent has to say, it says soon.
  Thread.sleep(1000)
}
