// One sequential map, viridis, for every picture: even in lightness and clear to the colour-blind.
const VIRIDIS = [
  [68, 1, 84], [72, 40, 120], [62, 74, 137], [49, 104, 142], [38, 130, 142],
  [31, 158, 137], [53, 183, 121], [110, 206, 88], [181, 222, 43], [253, 231, 37],
];

export const FAULT = "#e0218a";

/** The colour of a share between 0 and 1. */
export function ramp(share) {
  const place = Math.min(1, Math.max(0, share)) * (VIRIDIS.length - 1);
  const low = Math.min(VIRIDIS.length - 2, Math.floor(place));
  const mix = VIRIDIS[low].map((c, i) => Math.round(c + (place - low) * (VIRIDIS[low + 1][i] - c)));
  return `rgb(${mix.join(",")})`;
}

/** Draws the whole map from left to right. */
export function paintRamp(context, width, height) {
  const all = context.createLinearGradient(0, 0, width, 0);
  VIRIDIS.forEach((c, i) => all.addColorStop(i / (VIRIDIS.length - 1), `rgb(${c.join(",")})`));
  context.fillStyle = all;
  context.fillRect(0, 0, width, height);
}

export const GRADIENT = `linear-gradient(90deg, ${VIRIDIS.map((c) => `rgb(${c.join(",")})`).join(",")})`;

// Okabe and Ito's colours for lines, lighter ones on dark.
const LIGHT = ["#0072b2", "#d55e00", "#009e73", "#b4619a", "#c98a00", "#3a9ad9", "#6a51a3", "#5f6b7a"];
const DARK = ["#4aa8e8", "#ff8a4c", "#2cc39a", "#e592c4", "#f2b632", "#8fd0ff", "#b09cf0", "#a9b4c2"];

/** Colour and dash of a head: dashes tell the ninth from the first. */
export function headStyle(head) {
  const palette = theme().dark ? DARK : LIGHT;
  return {
    color: palette[head % palette.length],
    type: ["solid", "dashed", "dotted"][Math.floor(head / palette.length) % 3],
  };
}

/** The colour of the first run and of the one that it is compared with, where a line is not a head's. */
export const runColor = (run) => theme()[run === 0 ? "accent" : "second"];

/** The style sheet's colours as they are now, for what is drawn on canvas. */
export function theme() {
  const style = getComputedStyle(document.documentElement);
  const get = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    dark: style.colorScheme.includes("dark"),
    text: get("text"), quiet: get("quiet"), line: get("line"), grid: get("grid"),
    card: get("card"), void: get("void"), loss: get("loss"), bad: get("bad"),
    accent: get("accent"), second: get("second"),
    font: getComputedStyle(document.body).fontFamily,
  };
}

const CHOICES = ["auto", "light", "dark"];
const KEY = "attention4j.theme";

/** Wires the button that goes through auto, light and dark; tells when colours have changed. */
export function themeButton(button, changed) {
  let choice = CHOICES.includes(localStorage.getItem(KEY)) ? localStorage.getItem(KEY) : "auto";
  const apply = () => {
    if (choice === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
    button.textContent = `${{ auto: "◐", light: "☀", dark: "☾" }[choice]} ${choice}`;
    button.setAttribute("aria-label", `Theme: ${choice}. Press for ${next()}.`);
  };
  const next = () => CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length];
  button.addEventListener("click", () => {
    choice = next();
    localStorage.setItem(KEY, choice);
    apply();
    changed();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  apply();
}
