package shop;

import host.Split;
import io.helidon.webserver.WebServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Serves its one page to itself; requests run on virtual threads. */
public class Server {
  public static void main(String[] arguments) throws Exception {
    Checkout checkout = new Checkout();
    WebServer server =
        WebServer.builder()
            .port(0)
            .host("127.0.0.1")
            .routing(
                routing ->
                    routing.get(
                        "/pay",
                        (request, response) ->
                            response.send(
                                Split.of(checkout::pay)
                                    + " virtual "
                                    + Thread.currentThread().isVirtual())))
            .build()
            .start();
    URI page = URI.create("http://127.0.0.1:" + server.port() + "/pay");
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString());
    System.out.println("page " + answer.body());
    server.stop();
  }
}
