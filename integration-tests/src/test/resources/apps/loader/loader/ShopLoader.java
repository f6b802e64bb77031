package loader;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;

/** A system class loader with classes of its own. */
public class ShopLoader extends URLClassLoader {
  public ShopLoader(ClassLoader parent) throws MalformedURLException {
    super(urls(System.getProperty("shop.path")), parent);
  }

  /** The JVM calls this with the jar of each agent, and does not start where it is missing. */
  @SuppressWarnings("unused")
  private void appendToClassPathForInstrumentation(String jar) throws MalformedURLException {
    addURL(new File(jar).toURI().toURL());
  }

  private static URL[] urls(String path) throws MalformedURLException {
    String[] files = path.isEmpty() ? new String[0] : path.split(File.pathSeparator);
    URL[] urls = new URL[files.length];
    for (int i = 0; i < files.length; i++) {
      urls[i] = new File(files[i]).toURI().toURL();
    }
    return urls;
  }
}
