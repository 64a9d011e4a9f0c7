package org.attention4j.monitor.ui;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.Select;
import org.openqa.selenium.support.ui.WebDriverWait;

/** Chromium without a window, with what it logs and asks for. */
final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Other schemes, such as data: and the browser's own chrome:, go nowhere. */
  private static final Set<String> NETWORK = Set.of("http", "https", "ws", "wss", "ftp");

  final ChromeDriver driver;
  private final Path profile;
  private final List<String> requests = new ArrayList<>();
  private final List<String> messages = new ArrayList<>();

  /** Starts it, or aborts the test with a message where there is none. */
  Browser() throws IOException {
    File browser = program("chromium", "chromium-browser", "google-chrome");
    File chromedriver = program("chromedriver");
    profile = Files.createTempDirectory("attention4j-browser");
    ChromeOptions options = new ChromeOptions();
    options.setBinary(browser);
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--user-data-dir=" + profile);
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    options.setCapability("goog:loggingPrefs", logs);
    driver =
        new ChromeDriver(
            new ChromeDriverService.Builder()
                .usingDriverExecutable(chromedriver)
                .withSilent(true)
                .build(),
            options);
    driver.executeCdpCommand(
        "Browser.setDownloadBehavior",
        Map.of("behavior", "allow", "downloadPath", profile.resolve("downloads").toString()));
  }

  private static File program(String... names) {
    return Stream.of(names)
        .flatMap(
            name ->
                Stream.of(System.getenv("PATH").split(File.pathSeparator))
                    .map(directory -> new File(directory, name)))
        .filter(File::canExecute)
        .findFirst()
        .orElseGet(
            () ->
                abort(
                    "The page is not tested: no '%s' on the PATH; install chromium and chromium-driver."
                        .formatted(names[0])));
  }

  /** Shows a page as on a screen of some width. */
  void show(URI page, int width, int height, boolean dark) {
    show(width, height, dark);
    driver.get("about:blank");
    driver.get(page.toString());
  }

  void show(int width, int height, boolean dark) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  /** Waits until a script, an expression, gives true. */
  void await(String expression) {
    new WebDriverWait(driver, PATIENCE)
        .withMessage(expression)
        .until(d -> Boolean.TRUE.equals(run("return Boolean(" + expression + ")")));
  }

  Object run(String script, Object... arguments) {
    return Optional.ofNullable(driver.executeScript(script, arguments)).orElse("");
  }

  /** What a script, an expression, gives, as JSON; numbers that are not finite become null. */
  JsonNode json(String expression) throws IOException {
    return JSON.readTree(String.valueOf(run("return JSON.stringify(" + expression + ")")));
  }

  String text(String id) {
    return element(id).getText();
  }

  WebElement element(String id) {
    return driver.findElement(By.id(id));
  }

  void choose(String id, String value) {
    new Select(element(id)).selectByValue(value);
  }

  /** Chooses a metric as a reader does: opens the list, searches, presses it. */
  void pick(String metric) {
    element("metric").click();
    element("metric-search").sendKeys(metric);
    driver.findElement(By.cssSelector("[role=option][data-value='%s']".formatted(metric))).click();
    await("document.body.dataset.metric === '%s'".formatted(metric));
  }

  /** Presses a button that saves a file, and waits for the file. */
  Path download(String card, String kind) throws IOException {
    Path directory = profile.resolve("downloads");
    Files.createDirectories(directory);
    run(
        "[...document.querySelectorAll('[data-export=%s] button')].find((b) => b.textContent === '%s').click()"
            .formatted(card, kind));
    List<Path> found = new ArrayList<>();
    new WebDriverWait(driver, PATIENCE)
        .withMessage("a " + kind + " file of " + card)
        .until(
            d -> {
              found.clear();
              File[] files = directory.toFile().listFiles();
              for (File file : files == null ? new File[0] : files) {
                if (file.getName().endsWith("." + kind.toLowerCase(Locale.ROOT))) {
                  found.add(file.toPath());
                }
              }
              return found.size() == 1;
            });
    Path taken = Files.createTempFile(profile, "", found.get(0).getFileName().toString());
    return Files.move(found.get(0), taken, StandardCopyOption.REPLACE_EXISTING);
  }

  void picture(Path file) throws IOException {
    Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
  }

  /** Addresses of all requests to a network so far. */
  List<String> requests() throws IOException {
    for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE)) {
      JsonNode event = JSON.readTree(entry.getMessage()).path("message");
      if (event.path("method").asText().equals("Network.requestWillBeSent")) {
        String address = event.path("params").path("request").path("url").asText();
        if (NETWORK.contains(address.replaceFirst(":.*", ""))) {
          requests.add(address);
        }
      }
    }
    return requests;
  }

  /** All that the console has shown so far. */
  List<String> console() {
    driver.manage().logs().get(LogType.BROWSER).forEach(entry -> messages.add(entry.toString()));
    return messages;
  }

  @Override
  public void close() throws IOException {
    driver.quit();
    try (Stream<Path> files = Files.walk(profile)) {
      files.sorted((a, b) -> b.compareTo(a)).map(Path::toFile).forEach(File::delete);
    }
  }
}
