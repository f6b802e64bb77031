package dev.turnout.agent;

import java.util.Locale;
import java.util.Set;

/**
 * Tells which variables Kubernetes gives every pod of its own accord: those of a Service that is
 * called {@code turnout-metrics} begin with {@code TURNOUT_METRICS_}.
 */
final class ServiceLinks {
  private static final Set<String> SWITCHES = Set.of("on", "off", "true", "false", "0", "1");

  private ServiceLinks() {}

  /** Whether a value is the address of a Service. */
  static boolean isAddress(String value) {
    return value.startsWith("tcp://") || value.startsWith("udp://") || value.startsWith("sctp://");
  }

  /** Whether a variable is one of a Service; not if it is what somebody switches a flag by. */
  static boolean is(String variable, String value) {
    return isAddress(value)
        || (variable.matches(".*_(SERVICE_(HOST|PORT(_.*)?)|PORT_[0-9]+_(TCP|UDP|SCTP)(_.*)?)")
            && !SWITCHES.contains(value.trim().toLowerCase(Locale.ROOT)));
  }
}
