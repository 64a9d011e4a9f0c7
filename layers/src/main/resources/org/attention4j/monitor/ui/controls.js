// The lists and switches that show the choices, and the way up. What a press does is main.js's.
import { options, text as about } from "./metrics.js";
import { by, element, fill as put, splitName } from "./text.js";

/** How much of the past a smoothed line keeps. */
export const smoothing = (chosen) => Math.min(0.99, Math.max(0, Number(chosen.smooth) || 0));

/** Lists the runs: all of them, and the two that are in view. */
export function showSessions(ids, chosen, [session, compare]) {
  fill(by("session"), [
    [null, [["", `newest: ${ids[0]}`]]],
    ["All runs", ids.slice().sort().map((id) => [id, id])],
  ], session === chosen.session ? session : "");
  fill(by("compare"), [
    [null, [["", "nothing"]]],
    ["Run", ids.filter((id) => id !== session).sort().map((id) => [id, id])],
  ], compare);
}

/** Says that there is no run yet. */
export const showNoSession = () => fill(by("session"), [[null, [["", "none yet"]]]], "");

/** Shows what the view has to choose from, and what is chosen. */
export function showControls(view, chosen, metrics) {
  const { data } = view.runs[0];
  const layers = data.layers();
  metrics.show(options(data.metrics), data.metric);
  fill(by("layer"), [[null, [["", "All layers"], ...layers.map((name) => [name, name])]]], view.layer);
  const heads = data.of(view.layer, data.metric)?.latest.length ?? 0;
  fill(by("head"), [[null, [["", "All heads"], ...Array.from({ length: heads }, (_, head) => [String(head), `head ${head}`])]]],
    view.head === null ? "" : String(view.head));
  by("head").disabled = heads === 0;
  fill(by("split"), [[null, data.splits.map((split) => [split, splitName(split)])]], view.split);
  by("split-field").hidden = data.splits.length < 2 && view.split === "";
  by("metric-text").textContent = about(data.metric);
  for (const input of by("scale").querySelectorAll("input")) input.checked = input.value === chosen.scale;
  by("smooth").value = String(smoothing(chosen));
  by("smooth-value").textContent = smoothing(chosen).toFixed(2);
}

/** The way up; chosen(changes) is called on a press. */
export function showCrumbs({ level, layer, head }, chosen) {
  const up = (text, changes) => {
    const button = element("button", { text });
    button.type = "button";
    button.addEventListener("click", () => chosen(changes));
    return button;
  };
  const here = (text) => element("b", { text });
  const key = JSON.stringify([level, layer, head]);
  if (by("crumbs").dataset.key === key) return;
  by("crumbs").dataset.key = key;
  put(by("crumbs"), level === "model" ? [here("Model")]
    : level === "layer" ? [up("Model", { layer: "", head: "" }), here(layer)]
      : [up("Model", { layer: "", head: "" }), up(layer, { head: "" }), here(`head ${head}`)]);
}

/** Puts options into a list only if they have changed, so that an open list stays open. */
function fill(select, groups, value) {
  const key = JSON.stringify(groups);
  if (select.dataset.key !== key) {
    select.dataset.key = key;
    put(select, groups.flatMap(([group, members]) => {
      const made = members.map(([option, text]) => new Option(text, option));
      if (group === null) return made;
      const box = element("optgroup");
      put(box, made);
      box.label = group;
      return [box];
    }));
  }
  if (select.value !== value) select.value = value;
}
