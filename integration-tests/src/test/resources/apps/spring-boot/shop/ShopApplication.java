package shop;

import dev.turnout.Fallback;
import dev.turnout.FlagKey;
import dev.turnout.Flagged;
import host.Split;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.CompletableFuture;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.stereotype.Service;
import tools.jackson.databind.json.JsonMapper;

@SpringBootApplication
@EnableAsync(proxyTargetClass = true)
public class ShopApplication {

  public static void main(String[] arguments) {
    SpringApplication.run(ShopApplication.class, arguments).close();
  }

  @Service
  public static class Checkout {
    @Flagged("checkout")
    public String pay(@FlagKey String user) {
      return "new";
    }

    @Fallback("checkout")
    String payOld(String user) {
      return "old";
    }
  }

  /** Called through a subclass that Spring makes. */
  @Service
  public static class LateCheckout {
    @Async
    @Flagged("checkout")
    public CompletableFuture<String> pay(@FlagKey String user) {
      return CompletableFuture.completedFuture("new");
    }

    @Fallback("checkout")
    CompletableFuture<String> payOld(String user) {
      return CompletableFuture.completedFuture("old");
    }
  }

  // A method of a configuration: Spring makes a subclass here too. Its flag is known to nobody.
  @Bean
  @Flagged("registry")
  public MeterRegistry registry() {
    throw new IllegalStateException("the flag is off");
  }

  @Fallback("registry")
  MeterRegistry registryOld() {
    return new SimpleMeterRegistry();
  }

  @Bean
  CommandLineRunner shop(Checkout checkout, LateCheckout late, MeterRegistry registry) {
    return arguments -> {
      System.out.println("service " + Split.of(checkout::pay));
      System.out.println("proxy " + Split.of(user -> late.pay(user).join()));
      System.out.println("proxied " + !late.getClass().equals(LateCheckout.class));
      registry.counter("sold").increment();
      System.out.println("meter " + registry.counter("sold").count());
      System.out.println("json " + JsonMapper.shared().writeValueAsString(new int[] {1, 2}));
      System.out.println("jackson " + JsonMapper.shared().version());
    };
  }
}
