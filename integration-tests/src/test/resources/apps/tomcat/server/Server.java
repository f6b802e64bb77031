package server;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;

/** Serves two applications, then takes the first away and brings it back a number of times. */
public class Server {
  private static final int WARM = 10;
  private final Tomcat tomcat = new Tomcat();
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<WeakReference<ClassLoader>> loaders = new ArrayList<>();

  public static void main(String[] arguments) throws Exception {
    new Server().run(arguments[0], arguments[1], Integer.parseInt(arguments[2]));
  }

  void run(String one, String two, int times) throws Exception {
    tomcat.setBaseDir(new File(one).getParent());
    tomcat.setPort(0);
    tomcat.setSilent(true);
    tomcat.getConnector();
    Context first = deploy("/one", one);
    deploy("/two", two);
    tomcat.start();
    System.out.println("one " + get("/one/pay?all"));
    System.out.println("two " + get("/two/pay?all"));
    undeploy(first);
    long warm = 0;
    int warmClasses = 0;
    for (int i = 0; i < times; i++) {
      Context again = deploy("/one", one);
      String answer = get("/one/pay");
      if (i == times - 1) {
        System.out.println("last " + answer);
      }
      undeploy(again);
      if (i == WARM) {
        warm = metaspaceAfterCollection();
        warmClasses = classes();
      }
    }
    if (times > 0) {
      long last = metaspaceAfterCollection();
      System.out.println(
          "kept " + loaders.stream().filter(loader -> loader.get() != null).count());
      System.out.println("classes " + (classes() - warmClasses));
      System.out.println("metaspace " + (last - warm) / 1024);
    }
    System.out.println("still " + get("/two/pay"));
    tomcat.stop();
  }

  private Context deploy(String path, String folder) {
    Context context = tomcat.addContext(path, folder);
    Tomcat.addServlet(context, "checkout", "web.Checkout");
    context.addServletMappingDecoded("/pay", "checkout");
    return context;
  }

  private void undeploy(Context context) throws Exception {
    loaders.add(new WeakReference<>(context.getLoader().getClassLoader()));
    context.stop();
    tomcat.getHost().removeChild(context);
  }

  private String get(String path) throws Exception {
    URI url = URI.create("http://127.0.0.1:" + tomcat.getConnector().getLocalPort() + path);
    return client
        .send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString())
        .body()
        .replace('\n', ' ');
  }

  private static int classes() {
    return ManagementFactory.getClassLoadingMXBean().getLoadedClassCount();
  }

  /** Soft references, such as those of reflection, go in the second collection at the latest. */
  private static long metaspaceAfterCollection() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(200);
    }
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getName().equals("Metaspace")) {
        return pool.getUsage().getUsed();
      }
    }
    throw new IllegalStateException("no metaspace");
  }
}
