package org.attention4j.normalizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.LogCapture;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A stranger's provider that is broken takes down neither the built-in types nor other strangers.
 */
class BrokenProvidersTest {
  private static final String FILE = "META-INF/services/" + NormalizerProvider.class.getName();
  private static final String GOOD = "{\"type\":\"good\"}";

  /** Bodies of public classes that implement the interface. */
  private static final Map<String, String> PROVIDERS =
      Map.ofEntries(
          Map.entry("Good", provider("\"good\"", "org.attention4j.normalizer.Normalizers.relu()")),
          Map.entry("MadeNull", provider("\"made-null\"", "null")),
          Map.entry("TypeThrows", provider("fail()", "null") + fail("IllegalStateException")),
          Map.entry("TypeSneaks", provider("fail()", "null") + fail("java.io.IOException")),
          Map.entry("TypeNull", provider("null", "null")),
          Map.entry("TypeBlank", provider("\" \"", "null")),
          Map.entry("ClaimsSoftmax", provider("\"softmax\"", "null")),
          Map.entry("ClaimsGood", provider("\"good\"", "null")),
          Map.entry(
              "MakingThrows",
              "public MakingThrows() throws Exception { throw new Exception(\"no licence\"); }"
                  + provider("\"a\"", "null")),
          Map.entry(
              "MakingErrs",
              "public MakingErrs() { throw new AssertionError(\"boom\"); }"
                  + provider("\"b\"", "null")),
          Map.entry(
              "StaticThrows",
              "static final int X = Integer.parseInt(\"x\");" + provider("\"c\"", "null")),
          Map.entry(
              "Recurses", "public Recurses() { new Recurses(); }" + provider("\"d\"", "null")),
          Map.entry(
              "NoSuchConstructor",
              "public NoSuchConstructor(int i) {}" + provider("\"e\"", "null")),
          Map.entry("Hidden", "private Hidden() {}" + provider("\"f\"", "null")));

  @TempDir static Path classes;

  @TempDir Path directory;

  private final List<URLClassLoader> opened = new ArrayList<>();
  private ClassLoader before;

  private static String provider(String type, String made) {
    return "public String type() { return %s; }".formatted(type)
        + "public org.attention4j.normalizer.Normalizer create("
        + "org.attention4j.normalizer.NormalizerOptions o) { return %s; }".formatted(made);
  }

  private static String fail(String exception) {
    return "<E extends Throwable> E sneak(Throwable t) throws E { throw (E) t; }"
        + "String fail() { throw this.<RuntimeException>sneak(new %s(\"broken\")); }"
            .formatted(exception);
  }

  @BeforeAll
  static void compile() throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-nowarn",
                "-proc:none",
                "-d",
                classes.toString(),
                "-classpath",
                System.getProperty("java.class.path")));
    Path sources = Files.createDirectory(classes.resolve("sources"));
    String header = "package strangers; public class %s %s { %s }";
    for (Map.Entry<String, String> entry : PROVIDERS.entrySet()) {
      Path source = sources.resolve(entry.getKey() + ".java");
      String contract = "implements " + NormalizerProvider.class.getName();
      Files.writeString(source, header.formatted(entry.getKey(), contract, entry.getValue()));
      arguments.add(source.toString());
    }
    Files.writeString(sources.resolve("NoProvider.java"), header.formatted("NoProvider", "", ""));
    Files.writeString(sources.resolve("Gone.java"), header.formatted("Gone", "extends Good", ""));
    Files.writeString(
        sources.resolve("ParentGone.java"), header.formatted("ParentGone", "extends Gone", ""));
    for (String name : List.of("NoProvider", "Gone", "ParentGone")) {
      arguments.add(sources.resolve(name + ".java").toString());
    }
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, OutputStream.nullOutputStream(), null, arguments.toArray(String[]::new));
    assertThat(status).isZero();
    Files.delete(classes.resolve("strangers/Gone.class"));
    Files.write(classes.resolve("strangers/Garbage.class"), new byte[] {1, 2, 3});
  }

  @BeforeEach
  void remember() {
    before = Thread.currentThread().getContextClassLoader();
  }

  @AfterEach
  void restore() throws IOException {
    Thread.currentThread().setContextClassLoader(before);
    for (URLClassLoader loader : opened) {
      loader.close();
    }
  }

  /** Lets this thread see providers, each line list as the service file of one project. */
  private void announce(String... files) throws IOException {
    List<URL> urls = new ArrayList<>();
    for (String file : files) {
      Path root = Files.createTempDirectory(directory, "project");
      Path services = root.resolve(FILE);
      Files.createDirectories(services.getParent());
      Files.writeString(services, file);
      urls.add(root.toUri().toURL());
    }
    urls.add(classes.toUri().toURL());
    use(new URLClassLoader(urls.toArray(URL[]::new), before));
  }

  private void use(URLClassLoader loader) {
    opened.add(loader);
    Thread.currentThread().setContextClassLoader(loader);
  }

  private static void assertAllOthersWork() {
    assertThat(Normalizers.fromJson("{\"type\":\"entmax\",\"alpha\":1.3}"))
        .isEqualTo(Normalizers.entmax(1.3));
    assertThat(Normalizers.fromJson(GOOD)).isEqualTo(Normalizers.relu());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Normalizers.fromJson("{\"type\":\"hardmax\"}"))
        .withMessageStartingWith("There is no normalizer 'hardmax'; known are softmax, ")
        .withMessageContaining(", good");
  }

  @ParameterizedTest
  @CsvSource({
    "NotThere, ClassNotFoundException",
    "ParentGone, NoClassDefFoundError",
    "Garbage, ClassFormatError",
    "NoProvider, implements no NormalizerProvider of this copy",
    "MakingThrows, no licence",
    "MakingErrs, boom",
    "StaticThrows, ExceptionInInitializerError",
    "Recurses, StackOverflowError",
    "NoSuchConstructor, NoSuchMethodException",
    "Hidden, NoSuchMethodException",
    "TypeThrows, broken",
    "TypeSneaks, broken",
    "TypeNull, its type is null",
    "TypeBlank, its type is blank",
    "ClaimsSoftmax, its type 'softmax' is a built-in one",
  })
  void isLeftOutWithOneWarningThatNamesIt(String name, String why) throws IOException {
    announce("strangers." + name + "\n", "strangers.Good");
    try (LogCapture log = new LogCapture()) {
      assertAllOthersWork();
      assertAllOthersWork();
      assertThat(log.lines("'strangers." + name + "' in file:")).isOne();
      assertThat(log.lines(why)).isOne();
    }
  }

  /** The good ones stand in the same file, before and after. */
  @ParameterizedTest
  @CsvSource({"this is garbage", "strangers.NotThere", "=", "strangers/Good.class", "'\u0000'"})
  void aBadLineTakesNoOtherDown(String line) throws IOException {
    announce(line + "\nstrangers.Good # comment\n\n#" + line, "", "\n\n");
    try (LogCapture log = new LogCapture()) {
      assertAllOthersWork();
      assertThat(log.lines("'" + line + "' in file:")).isOne();
    }
    announce("strangers.Good\n" + line);
    assertAllOthersWork();
  }

  @Test
  void theFirstOfTwoWithOneTypeIsTaken() throws IOException {
    announce("strangers.Good", "strangers.ClaimsGood");
    try (LogCapture log = new LogCapture()) {
      assertAllOthersWork();
      assertAllOthersWork();
      assertThat(log.lines("its type 'good' is taken by strangers.Good")).isOne();
    }
  }

  /** One that several loaders or files announce is no second one. */
  @Test
  void oneThatIsAnnouncedTwiceIsNoFault() throws IOException {
    announce("strangers.Good\nstrangers.Good", "strangers.Good");
    try (LogCapture log = new LogCapture()) {
      assertAllOthersWork();
      assertThat(log.lines("")).isZero();
    }
  }

  /** As in an application server: the library is there twice, the providers belong to the other. */
  @Test
  void aSecondCopyOfTheLibrary() throws IOException {
    List<URL> urls = new ArrayList<>();
    urls.add(NormalizerProvider.class.getProtectionDomain().getCodeSource().getLocation());
    urls.add(getClass().getProtectionDomain().getCodeSource().getLocation());
    use(
        new URLClassLoader(urls.toArray(URL[]::new), before) {
          @Override
          protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
              Class<?> loaded = findLoadedClass(name);
              return loaded != null
                  ? loaded
                  : name.startsWith("org.attention4j.")
                      ? findClass(name)
                      : super.loadClass(name, resolve);
            }
          }
        });
    try (LogCapture log = new LogCapture()) {
      assertThat(Normalizers.fromJson("{\"type\":\"sparsemax\"}"))
          .isEqualTo(Normalizers.sparsemax());
      assertThat(Normalizers.fromJson("{\"type\":\"strangers\",\"leak\":0.5}"))
          .as("of our own copy")
          .isEqualTo(new NormalizerJsonTest.Strangers(0.5));
      assertThat(log.lines("implements no NormalizerProvider of this copy")).isGreaterThan(0);
    }
  }

  @Test
  void aLoaderThatCannotBeSearched() {
    use(
        new URLClassLoader(new URL[0], before) {
          @Override
          public java.util.Enumeration<URL> getResources(String name) throws IOException {
            throw new IOException("closed");
          }
        });
    assertThat(Normalizers.fromJson("{\"type\":\"strangers\"}"))
        .isEqualTo(new NormalizerJsonTest.Strangers(0));
  }

  @Test
  void noLoaderAtAll() {
    Thread.currentThread().setContextClassLoader(null);
    assertThat(Normalizers.fromJson("{\"type\":\"strangers\"}"))
        .isEqualTo(new NormalizerJsonTest.Strangers(0));
  }

  @Test
  void aDamagedJar() throws IOException {
    Path jar = directory.resolve("damaged.jar");
    Files.write(jar, new byte[] {'P', 'K', 3, 4, 5});
    use(new URLClassLoader(new URL[] {jar.toUri().toURL()}, before));
    assertThat(Normalizers.fromJson("{\"type\":\"softmax\"}")).isEqualTo(Normalizers.softmax());
  }

  @Test
  void aJar() throws IOException {
    Path jar = directory.resolve("good.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry(FILE));
      out.write("strangers.Good\r\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
      out.putNextEntry(new JarEntry("strangers/Good.class"));
      out.write(Files.readAllBytes(classes.resolve("strangers/Good.class")));
    }
    use(new URLClassLoader(new URL[] {jar.toUri().toURL()}, before));
    assertAllOthersWork();
  }

  @Test
  void aProviderThatMakesNullIsToldSo() throws IOException {
    announce("strangers.MadeNull");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Normalizers.fromJson("{\"type\":\"made-null\"}"))
        .withMessage(
            "Normalizer 'made-null': the provider strangers.MadeNull made null but must make a"
                + " normalizer.");
  }

  /** Nobody else's code is run for a built-in type. */
  @Test
  void aSavedNetworkIsRead() throws IOException {
    String json =
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(new SelfAttentionLayer.Builder().normalizer(Normalizers.entmax(1.3)).build())
            .layer(new RnnOutputLayer.Builder().nOut(3).build())
            .setInputType(InputType.recurrent(5))
            .build()
            .toJson();
    announce("strangers.Recurses", "strangers.StaticThrows", "garbage !");
    try (LogCapture log = new LogCapture()) {
      assertThat(MultiLayerConfiguration.fromJson(json).toJson()).isEqualTo(json);
      assertThat(log.lines("left out")).isZero();
    }
  }
}
