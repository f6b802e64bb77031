package shop;

import host.Split;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Knows nothing of meters; asks its own actuator, as a monitoring system would. */
@SpringBootApplication
public class ActuatorApplication {
  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicInteger onCalls = new AtomicInteger();
  private final AtomicInteger offCalls = new AtomicInteger();

  public static void main(String[] arguments) {
    SpringApplication.run(ActuatorApplication.class, arguments).close();
  }

  @Bean
  Checkout checkout() {
    return new Checkout();
  }

  @Bean
  CommandLineRunner shop(Checkout checkout, Environment environment) {
    return arguments -> {
      String split =
          Split.of(
              user -> {
                String path = checkout.pay(user);
                (path.equals("new") ? onCalls : offCalls).incrementAndGet();
                return path;
              });
      System.out.println("service " + split);
      System.out.println("on " + onCalls);
      System.out.println("off " + offCalls);
      String actuator =
          "http://127.0.0.1:" + environment.getProperty("local.server.port") + "/actuator/";
      System.out.println(
          "names " + await(actuator + "metrics", "calls", "decisions", "latency", "trips"));
      for (String variant : List.of("on", "off")) {
        String tags = "?tag=flag:checkout&tag=outcome:success&tag=variant:" + variant;
        System.out.println("metric-" + variant + " " + get(actuator + "metrics/turnout.calls" + tags));
      }
      get(actuator + "prometheus")
          .lines()
          .filter(line -> line.startsWith("turnout_"))
          .forEach(System.out::println);
    };
  }

  /** The agent looks for the application's meters every few seconds, and adds one by one. */
  private String await(String url, String... meters) throws IOException, InterruptedException {
    String page = get(url);
    for (int i = 0; i < 300 && !hasAll(page, meters); i++) {
      Thread.sleep(100);
      page = get(url);
    }
    return page;
  }

  private static boolean hasAll(String page, String... meters) {
    return Arrays.stream(meters).allMatch(meter -> page.contains("\"turnout." + meter + "\""));
  }

  private String get(String url) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
    return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }
}
