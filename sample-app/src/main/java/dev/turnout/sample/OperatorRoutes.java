package dev.turnout.sample;

import dev.turnout.sample.http.Answer;
import dev.turnout.sample.http.HttpRefusal;
import dev.turnout.sample.http.Request;
import dev.turnout.sample.http.Route;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What those who watch and break the service can ask for: health, statistics, the fault switch. */
final class OperatorRoutes {
  private static final long DEFAULT_DELAY_MILLIS = 200;
  private static final long LONGEST_DELAY_MILLIS = 60_000;

  private final String instance;
  private final CallLedger ledger;
  private final PersistentGames persistent;
  private final Faults faults;

  OperatorRoutes(String instance, CallLedger ledger, PersistentGames persistent, Faults faults) {
    this.instance = instance;
    this.ledger = ledger;
    this.persistent = persistent;
    this.faults = faults;
  }

  List<Route> routes() {
    return List.of(
        new Route("GET", "/health", request -> Answer.ok(new HealthBody("up", instance))),
        new Route("GET", "/stats", request -> Answer.ok(stats())),
        new Route("POST", "/stats/reset", this::resetStats),
        new Route("GET", "/faults", request -> Answer.ok(faultBodies())),
        new Route("POST", "/faults", this::setFault));
  }

  private Answer resetStats(Request request) {
    ledger.reset();
    return Answer.ok(stats());
  }

  private Answer setFault(Request request) {
    FaultBody body = request.body(FaultBody.class);
    UseCase useCase =
        UseCase.labelled(String.valueOf(body.useCase()))
            .orElseThrow(() -> new HttpRefusal(400, "use_case must be one of " + useCaseLabels()));
    long delay = body.delayMs() == null ? DEFAULT_DELAY_MILLIS : body.delayMs();
    if (delay < 0 || delay > LONGEST_DELAY_MILLIS) {
      throw new HttpRefusal(400, "delay_ms must be from 0 to " + LONGEST_DELAY_MILLIS);
    }
    faults.set(useCase, new Faults.Fault(mode(body.mode()), delay));
    return Answer.ok(FaultBody.of(useCase, faults.of(useCase)));
  }

  private static Faults.Mode mode(@Nullable String name) {
    return Arrays.stream(Faults.Mode.values())
        .filter(mode -> mode.name().toLowerCase(Locale.ROOT).equals(name))
        .findFirst()
        .orElseThrow(() -> new HttpRefusal(400, "mode must be one of none, fail, slow"));
  }

  private static String useCaseLabels() {
    return Arrays.stream(UseCase.values()).map(UseCase::label).collect(Collectors.joining(", "));
  }

  private List<FaultBody> faultBodies() {
    return faults.all().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(entry -> FaultBody.of(entry.getKey(), entry.getValue()))
        .toList();
  }

  private StatsBody stats() {
    Map<String, CallLedger.Entry> useCases = new TreeMap<>();
    for (UseCase useCase : UseCase.values()) {
      useCases.put(useCase.label(), ledger.entry(useCase));
    }
    return new StatsBody(
        instance, useCases, new StoreBody(persistent.resynced(), persistent.recovered()));
  }

  private record HealthBody(String status, String instance) {}

  private record StatsBody(
      String instance, Map<String, CallLedger.Entry> useCases, StoreBody store) {}

  private record StoreBody(long resynced, long recovered) {}

  private record FaultBody(
      @Nullable String useCase, @Nullable String mode, @Nullable Long delayMs) {
    static FaultBody of(UseCase useCase, Faults.Fault fault) {
      String mode = fault.mode().name().toLowerCase(Locale.ROOT);
      return new FaultBody(useCase.label(), mode, fault.delayMillis());
    }
  }
}
