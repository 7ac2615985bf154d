package io.stagger.engine.plugin;

import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import org.jspecify.annotations.Nullable;

/** The parent of all plug-ins: shows the JDK and the API, and nothing else of its host. */
final class ApiClassLoader extends ClassLoader {

  static {
    registerAsParallelCapable();
  }

  private final ClassLoader host;

  ApiClassLoader(ClassLoader host) {
    super("stagger-api", ClassLoader.getPlatformClassLoader());
    this.host = host;
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    if (isShown(name.replace('.', '/'))) {
      return host.loadClass(name);
    }
    throw new ClassNotFoundException(name);
  }

  @Override
  protected @Nullable URL findResource(String name) {
    return isShown(name) ? host.getResource(name) : null;
  }

  @Override
  protected Enumeration<URL> findResources(String name) throws java.io.IOException {
    return isShown(name) ? host.getResources(name) : Collections.emptyEnumeration();
  }

  private static boolean isShown(String path) {
    return path.startsWith("io/stagger/api/") || path.startsWith("org/jspecify/annotations/");
  }
}
