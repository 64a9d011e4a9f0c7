package org.attention4j.examples.report;

import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/** Chromium without a window, with what it logs and asks for. */
final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final JsonMapper JSON = new JsonMapper();

  private final ChromeDriver driver;
  private final Path profile;

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
                    "The report is not tested in a browser: no '%s' on the PATH; install chromium and chromium-driver."
                        .formatted(names[0])));
  }

  /** Shows a file as on a screen of some width. */
  void show(Path page, int width, int height, boolean dark) {
    screen(width, height, dark);
    driver.get("about:blank");
    driver.get(page.toUri().toString());
  }

  void screen(int width, int height, boolean dark) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  /** For the pages that are shown from now on. */
  void scripts(boolean run) {
    driver.executeCdpCommand("Emulation.setScriptExecutionDisabled", Map.of("value", !run));
  }

  /** Waits until a script, an expression, gives true. */
  void await(String expression) {
    new WebDriverWait(driver, PATIENCE)
        .withMessage(expression)
        .until(d -> Boolean.TRUE.equals(run("return Boolean(" + expression + ")")));
  }

  Object run(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /** What a script, an expression, gives, as JSON; numbers that are not finite become null. */
  JsonNode json(String expression) throws IOException {
    return JSON.readTree(String.valueOf(run("return JSON.stringify(" + expression + ")")));
  }

  /** Moves the mouse to a point of the element that a script gives, from its top left corner. */
  void hover(String element, double x, double y) {
    WebElement target = (WebElement) run("return " + element);
    mouse(target, x, y).perform();
  }

  /** Draws with the mouse from one point of an element to another. */
  void drag(String element, double fromX, double fromY, double toX, double toY) {
    WebElement target = (WebElement) run("return " + element);
    mouse(target, fromX, fromY)
        .clickAndHold()
        .moveByOffset((int) (toX - fromX) / 2, (int) (toY - fromY) / 2)
        .moveByOffset(
            (int) (toX - fromX) - (int) (toX - fromX) / 2,
            (int) (toY - fromY) - (int) (toY - fromY) / 2)
        .release()
        .perform();
  }

  private Actions mouse(WebElement target, double x, double y) {
    // Offsets count from the middle.
    return new Actions(driver)
        .moveToElement(
            target,
            (int) Math.round(x - target.getSize().getWidth() / 2.0),
            (int) Math.round(y - target.getSize().getHeight() / 2.0));
  }

  void picture(Path file) throws IOException {
    Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
  }

  /** Addresses of all requests to a network so far. */
  List<String> requests() throws IOException {
    List<String> requests = new ArrayList<>();
    for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE)) {
      JsonNode event = JSON.readTree(entry.getMessage()).path("message");
      if (event.path("method").asText().equals("Network.requestWillBeSent")) {
        String address = event.path("params").path("request").path("url").asText();
        if (address.startsWith("http") || address.startsWith("ws")) {
          requests.add(address);
        }
      }
    }
    return requests;
  }

  /** All that the console has shown so far. */
  List<String> console() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(LogEntry::toString)
        .toList();
  }

  @Override
  public void close() throws IOException {
    driver.quit();
    try (Stream<Path> files = Files.walk(profile)) {
      files.sorted((a, b) -> b.compareTo(a)).map(Path::toFile).forEach(File::delete);
    }
  }
}
