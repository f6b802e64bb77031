package dev.turnout.benchmarks.peers;

import dev.openfeature.sdk.Client;
import dev.openfeature.sdk.EvaluationContext;
import dev.openfeature.sdk.FeatureProvider;
import dev.openfeature.sdk.ImmutableContext;
import dev.openfeature.sdk.OpenFeatureAPI;
import dev.turnout.benchmarks.Users;
import java.util.stream.Stream;

/** OpenFeature's client, whatever provider is behind it. */
final class OpenFeature {
  private final EvaluationContext[] contexts =
      Stream.of(Users.cycle()).map(ImmutableContext::new).toArray(EvaluationContext[]::new);
  private final Client client;

  OpenFeature(FeatureProvider provider) {
    OpenFeatureAPI.getInstance().setProviderAndWait(provider);
    client = OpenFeatureAPI.getInstance().getClient();
    Users.expectHalf(user -> client.getBooleanValue("split", false, new ImmutableContext(user)));
  }

  boolean isOn(int place) {
    return client.getBooleanValue("split", false, contexts[place]);
  }

  void close() {
    OpenFeatureAPI.getInstance().shutdown();
  }
}
