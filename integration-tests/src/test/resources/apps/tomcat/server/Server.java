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
  private static final int MOST_COLLECTIONS = 20;
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
        collect();
        warm = metaspace();
        warmClasses = classes();
      }
    }
    if (times > 0) {
      collect();
      System.out.println("kept " + kept());
      System.out.println("classes " + (classes() - warmClasses));
      System.out.println("metaspace " + (metaspace() - warm) / 1024);
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

  private long kept() {
    return loaders.stream().filter(loader -> loader.get() != null).count();
  }

  /** Collects until nothing more goes: who is to let go of something may need time for that. */
  private void collect() throws InterruptedException {
    int unchanged = 0;
    for (int i = 0; i < MOST_COLLECTIONS && (unchanged < 3 || kept() > 0); i++) {
      int before = classes();
      System.gc();
      Thread.sleep(200);
      unchanged = classes() < before ? 0 : unchanged + 1;
    }
  }

  private static long metaspace() {
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getName().equals("Metaspace")) {
        return pool.getUsage().getUsed();
      }
    }
    throw new IllegalStateException("no metaspace");
  }
}
