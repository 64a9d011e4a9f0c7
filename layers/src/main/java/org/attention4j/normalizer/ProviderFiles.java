package org.attention4j.normalizer;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The providers of other projects, as {@link ServiceLoader} finds them, except that a broken one
 * takes nothing else down: it is left out, and one warning names it.
 *
 * <p>{@code ServiceLoader} itself gives up a whole file for one bad line and does not always tell
 * which provider it was, so the files are read here. Providers in named modules, which have no such
 * files, are left to it.
 */
final class ProviderFiles {
  private static final Logger LOG = LoggerFactory.getLogger(ProviderFiles.class);
  private static final String FILE = "META-INF/services/" + NormalizerProvider.class.getName();
  private static final Set<String> WARNED = ConcurrentHashMap.newKeySet();

  private final Map<String, NormalizerProvider> found = new LinkedHashMap<>();
  private final Set<Class<?>> seen = new LinkedHashSet<>();
  private final Set<String> builtIn;

  private ProviderFiles(Set<String> builtIn) {
    this.builtIn = builtIn;
  }

  /**
   * Finds the providers that the thread's class loader and that of this library see.
   *
   * @param builtIn type names that nobody else may have
   * @return the providers by type name, in the order in which they are found
   */
  static Map<String, NormalizerProvider> find(Set<String> builtIn) {
    ProviderFiles files = new ProviderFiles(builtIn);
    Set<ClassLoader> loaders = new LinkedHashSet<>();
    for (ClassLoader loader :
        new ClassLoader[] {
          Thread.currentThread().getContextClassLoader(), ProviderFiles.class.getClassLoader()
        }) {
      loaders.add(loader == null ? ClassLoader.getSystemClassLoader() : loader);
    }
    loaders.forEach(files::addFrom);
    files.addFromModules();
    return files.found;
  }

  private void addFrom(ClassLoader loader) {
    List<URL> urls = new ArrayList<>();
    guarded(
        "The search for " + FILE,
        () -> {
          Enumeration<URL> resources = loader.getResources(FILE);
          while (resources.hasMoreElements()) {
            urls.add(resources.nextElement());
          }
        });
    for (URL url : urls) {
      guarded(
          "The file " + url,
          () -> {
            for (String name : names(url)) {
              guarded(
                  "The normalizer provider '%s' in %s".formatted(name, url),
                  () -> add(instance(name, loader)));
            }
          });
    }
  }

  /** What stands before a # on each line. */
  private static List<String> names(URL url) throws IOException {
    URLConnection connection = url.openConnection();
    // A cached jar would stay open and hide that its file was replaced.
    connection.setUseCaches(false);
    try (InputStream in = connection.getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.replaceFirst("#.*", "").strip())
          .filter(line -> !line.isEmpty())
          .toList();
    }
  }

  private static NormalizerProvider instance(String name, ClassLoader loader) throws Exception {
    Class<?> type = Class.forName(name, false, loader);
    if (!NormalizerProvider.class.isAssignableFrom(type)) {
      throw new ClassCastException(
          "it implements no NormalizerProvider of this copy of attention4j, which is from "
              + NormalizerProvider.class.getClassLoader());
    }
    return type.asSubclass(NormalizerProvider.class).getConstructor().newInstance();
  }

  private void add(NormalizerProvider provider) {
    if (!seen.add(provider.getClass())) {
      return;
    }
    String type = provider.type();
    if (type == null || type.isBlank()) {
      throw new IllegalStateException("its type is " + (type == null ? "null" : "blank"));
    }
    if (builtIn.contains(type)) {
      throw new IllegalStateException("its type '" + type + "' is a built-in one");
    }
    NormalizerProvider first = found.putIfAbsent(type, provider);
    if (first != null) {
      throw new IllegalStateException(
          "its type '%s' is taken by %s".formatted(type, first.getClass().getName()));
    }
  }

  private void addFromModules() {
    guarded(
        "The search for normalizer providers in modules",
        () ->
            ServiceLoader.load(ModuleLayer.boot(), NormalizerProvider.class).stream()
                .forEach(
                    provider ->
                        guarded(
                            "The normalizer provider '%s'".formatted(provider.type().getName()),
                            () -> add(provider.get()))));
  }

  private interface Step {
    void run() throws Exception;
  }

  /**
   * Runs a stranger's code. All that it throws means that it cannot be used, except that memory
   * which runs out is not its fault.
   */
  private static void guarded(String what, Step step) {
    try {
      step.run();
    } catch (OutOfMemoryError e) {
      throw e;
    } catch (Throwable e) {
      Throwable cause =
          e instanceof InvocationTargetException && e.getCause() != null ? e.getCause() : e;
      if (WARNED.add(what)) {
        LOG.warn("{} is left out: {}", what, cause.toString());
        LOG.debug("{} is left out.", what, cause);
      }
    }
  }
}
