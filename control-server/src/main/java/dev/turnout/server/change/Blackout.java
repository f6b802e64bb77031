package dev.turnout.server.change;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.TextStyle;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** A time in which no flag's exposure is raised. */
public sealed interface Blackout {
  /** What people call it. */
  String name();

  /** Returns whether it is that time. */
  boolean includes(Instant now);

  /** The time in words. */
  String describe();

  /**
   * Every week. A window that ends before it begins, by the clock, ends on the next day; one of
   * which both times are the same lasts the whole day.
   *
   * @param days on which it begins; all if empty
   * @param from the first minute
   * @param to the first minute after
   */
  record Weekly(String name, Set<DayOfWeek> days, LocalTime from, LocalTime to, ZoneId zone)
      implements Blackout {
    public Weekly {
      days = Set.copyOf(days.isEmpty() ? EnumSet.allOf(DayOfWeek.class) : EnumSet.copyOf(days));
    }

    @Override
    public boolean includes(Instant now) {
      LocalDateTime local = LocalDateTime.ofInstant(now, zone);
      LocalTime time = local.toLocalTime();
      boolean sameDay = from.isBefore(to);
      if (sameDay) {
        return days.contains(local.getDayOfWeek()) && !time.isBefore(from) && time.isBefore(to);
      }
      return (days.contains(local.getDayOfWeek()) && !time.isBefore(from))
          || (days.contains(local.getDayOfWeek().minus(1)) && time.isBefore(to));
    }

    @Override
    public String describe() {
      String on =
          EnumSet.copyOf(days).stream()
              .map(day -> day.getDisplayName(TextStyle.SHORT, Locale.ENGLISH))
              .collect(Collectors.joining(", "));
      return on + " from " + from + " to " + to + " " + zone.getId();
    }
  }

  /**
   * Once.
   *
   * @param from the first moment
   * @param until the first moment after
   */
  record Once(String name, Instant from, Instant until) implements Blackout {
    @Override
    public boolean includes(Instant now) {
      return !now.isBefore(from) && now.isBefore(until);
    }

    @Override
    public String describe() {
      return "from " + from + " until " + until;
    }
  }
}
