package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.openfeature.contrib.providers.ofrep.OfrepProvider;
import dev.openfeature.contrib.providers.ofrep.OfrepProviderOptions;
import dev.openfeature.sdk.Client;
import dev.openfeature.sdk.ErrorCode;
import dev.openfeature.sdk.FlagEvaluationDetails;
import dev.openfeature.sdk.ImmutableContext;
import dev.openfeature.sdk.OpenFeatureAPI;
import dev.turnout.server.auth.TokenKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The OpenFeature SDK with its own OFREP provider, against the server. */
final class OpenFeatureTest extends WithServer {
  private static final ImmutableContext USER = new ImmutableContext("u");

  private final OpenFeatureAPI api = OpenFeatureAPI.getInstance();

  private Client client(String token) {
    OfrepProviderOptions options =
        OfrepProviderOptions.builder()
            .baseUrl(served.server.url())
            .headers(ImmutableMap.of("Authorization", ImmutableList.of("Bearer " + token)))
            .build();
    api.setProviderAndWait(OfrepProvider.constructProvider(options));
    return api.getClient();
  }

  private Client client() {
    return client(served.token(TokenKind.VIEWER, null));
  }

  @AfterEach
  void shutDown() {
    api.shutdown();
  }

  @Test
  void boolean_isWhetherTheCallerIsOn() {
    served.put("/feature-flags/half", "{\"percentage\": 50}").is(201);
    Client client = client();
    int on = 0;
    for (int i = 0; i < 100; i++) {
      String user = "u" + i;
      boolean expected =
          served
              .post("/feature-flags/evaluate", "{\"context\": {\"user_id\": \"" + user + "\"}}")
              .json()
              .get("flags")
              .get("half")
              .get("on")
              .booleanValue();
      assertThat(client.getBooleanValue("half", !expected, new ImmutableContext(user)))
          .as(user)
          .isEqualTo(expected);
      on += expected ? 1 : 0;
    }
    assertThat(on).isBetween(30, 70);
  }

  @Test
  void details_haveReasonVariantAndMetadata() {
    served.put("/feature-flags/full", "{\"percentage\": 100}").is(201);
    FlagEvaluationDetails<Boolean> details = client().getBooleanDetails("full", false, USER);

    assertThat(details.getValue()).isTrue();
    assertThat(details.getReason()).isEqualTo("STATIC");
    assertThat(details.getVariant()).isEqualTo("on");
    assertThat(details.getFlagMetadata().getString("reason")).isEqualTo("STATIC");
    assertThat(details.getFlagMetadata().getInteger("revision")).isEqualTo(1);
  }

  @Test
  void variant_isAString_andNoBoolean() {
    served.put("/feature-flags/split", "{\"percentage\": 100, \"variants\": {\"a\": 100}}").is(201);
    Client client = client();

    assertThat(client.getStringValue("split", "none", USER)).isEqualTo("a");
    assertThat(client.getBooleanDetails("split", true, USER).getErrorCode())
        .isEqualTo(ErrorCode.TYPE_MISMATCH);
  }

  @Test
  void failures_leaveTheDefault() {
    served.put("/feature-flags/half", "{\"percentage\": 50}").is(201);
    Client client = client();

    FlagEvaluationDetails<Boolean> unknown = client.getBooleanDetails("none", true, USER);
    assertThat(unknown.getValue()).isTrue();
    assertThat(unknown.getErrorCode()).isEqualTo(ErrorCode.FLAG_NOT_FOUND);
    // This provider tells of every 400 that way.
    assertThat(client.getBooleanDetails("half", true).getErrorCode())
        .isEqualTo(ErrorCode.INVALID_CONTEXT);
    assertThat(client("wrong").getBooleanDetails("half", true, USER).getErrorCode())
        .isEqualTo(ErrorCode.GENERAL);
  }
}
