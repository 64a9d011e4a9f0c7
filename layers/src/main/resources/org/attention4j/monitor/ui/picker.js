// A list in groups with a search, for many metrics: a button that opens it, the arrows and Enter choose.
import { element, fill } from "./text.js";

/** Makes the list of a box that has a button, a popup, a search and a list. */
export class Picker {
  constructor(box, picked) {
    [this.button, this.popup, this.search, this.list, this.none] =
      ["button", ".popup", "input", "[role=listbox]", ".none"].map((part) => box.querySelector(part));
    this.picked = picked;
    this.groups = [];
    this.chosen = "";
    this.active = null;
    this.button.addEventListener("click", () => this.open(this.popup.hidden));
    this.button.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      this.open(true);
    });
    this.search.addEventListener("input", () => this.filter());
    this.search.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("click", ({ target }) => this.pick(target.closest("[role=option]")));
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the search keeps the focus
    box.addEventListener("focusout", ({ relatedTarget }) => box.contains(relatedTarget) || this.open(false));
  }

  /** Shows options, [group, [{value, label, words}]], only if they have changed, so that an open list stays open. */
  show(groups, chosen) {
    const label = groups.flatMap(([, options]) => options).find(({ value }) => value === chosen)?.label ?? chosen;
    if (this.button.textContent !== label) this.button.textContent = label;
    this.button.value = chosen;
    if (JSON.stringify(groups) === JSON.stringify(this.groups) && chosen === this.chosen) return;
    this.groups = groups;
    this.chosen = chosen;
    if (!this.popup.hidden) this.filter();
  }

  open(wanted) {
    if (wanted === !this.popup.hidden) return;
    this.popup.hidden = !wanted;
    this.button.setAttribute("aria-expanded", String(wanted));
    if (!wanted) return;
    this.search.value = "";
    this.filter();
    this.search.focus();
  }

  /** Lists the options that have all words of the search. */
  filter() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = this.groups
      .map(([group, options]) => [group, options.filter((option) => words.every((word) => option.words.includes(word)))])
      .filter(([, options]) => options.length > 0);
    let count = 0;
    fill(this.list, found.map(([group, options]) => {
      const name = element("div", { className: "group-name", text: group });
      const box = element("div", {}, name);
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", group);
      name.setAttribute("aria-hidden", "true");
      for (const { value, label } of options) {
        const option = element("div", { className: "option" },
          element("span", { text: label }), element("span", { className: "option-name", text: value }));
        option.id = `${this.list.id}-${count++}`;
        option.dataset.value = value;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", String(value === this.chosen));
        box.append(option);
      }
      return box;
    }));
    this.none.hidden = count > 0;
    const options = this.options();
    // The chosen one, or the first whose name has the words; others have them in their meaning.
    const named = (option) => words.every((word) => option.textContent.toLowerCase().includes(word));
    this.activate(options.find((option) => (words.length === 0 ? option.dataset.value === this.chosen : named(option)))
      ?? options[0] ?? null);
  }

  options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  activate(option) {
    this.active?.classList.remove("active");
    this.active = option;
    if (option === null) {
      this.search.removeAttribute("aria-activedescendant");
      return;
    }
    option.classList.add("active");
    this.search.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const options = this.options();
    const place = options.indexOf(this.active);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.key in steps && options.length > 0) {
      event.preventDefault();
      const step = steps[event.key];
      const wanted = place + step;
      this.activate(options[Math.abs(step) === 1 ? (wanted + options.length) % options.length
        : Math.min(options.length - 1, Math.max(0, wanted))]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.pick(this.active);
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.close();
    }
  }

  close() {
    this.open(false);
    this.button.focus();
  }

  pick(option) {
    if (!option) return;
    this.close();
    this.picked(option.dataset.value);
  }
}
