package org.attention4j.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The Java files that a page shows, compiled as its reader would. */
final class CompiledPage {
  private static final Pattern PACKAGE = Pattern.compile("(?m)^package ([\\w.]+);");
  private static final Pattern TYPE = Pattern.compile("(?m)^[\\w ]*\\b(?:class|record) (\\w+)");

  private CompiledPage() {}

  /**
   * Compiles every Java block of a page, each of which is one whole file.
   *
   * @param page the page
   * @param directory where sources and classes go
   * @return a loader of the classes, and of what else is put into the directory
   */
  static URLClassLoader compile(Page page, Path directory) throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String block : page.blocks("java")) {
      Path source =
          directory
              .resolve(group(PACKAGE, block).replace('.', '/'))
              .resolve(group(TYPE, block) + ".java");
      Files.createDirectories(source.getParent());
      sources.add(Files.writeString(source, block));
    }
    assertThat(sources).as("Java blocks of %s", page.file()).isNotEmpty();
    assertThat(problems(sources, directory)).as("compiling %s", page.file()).isEmpty();
    return new URLClassLoader(
        new URL[] {directory.toUri().toURL()}, Thread.currentThread().getContextClassLoader());
  }

  private static List<String> problems(List<Path> sources, Path directory) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
    List<String> options =
        List.of(
            "-d",
            directory.toString(),
            "-classpath",
            System.getProperty("java.class.path"),
            "-proc:none");
    boolean success;
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(diagnostics, Locale.ROOT, StandardCharsets.UTF_8)) {
      success =
          compiler
              .getTask(
                  null,
                  files,
                  diagnostics,
                  options,
                  null,
                  files.getJavaFileObjectsFromPaths(sources))
              .call();
    }
    List<String> problems =
        diagnostics.getDiagnostics().stream()
            .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
            .map(Diagnostic::toString)
            .toList();
    assertThat(success).as("compilation: %s", problems).isTrue();
    return problems;
  }

  private static String group(Pattern pattern, String block) {
    Matcher matcher = pattern.matcher(block);
    assertThat(matcher.find()).as("%s in%n%s", pattern, block).isTrue();
    return matcher.group(1);
  }
}
