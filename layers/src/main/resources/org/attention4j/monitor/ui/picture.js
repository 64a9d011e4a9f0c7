// A card of the page as a picture: its text and its drawings where they are on the screen.
import { theme } from "./colors.js";
import { save } from "./files.js";

const SCALE = 2; // sharp on paper
const MARGIN = 16;
const painters = new WeakMap();

/** Says how an element is drawn: paint(context, width, height). */
export function drawable(element, paint) {
  painters.set(element, paint);
}

/** Draws a card, under a line that says which run it is, on a canvas. */
function pictured(card, heading) {
  const colors = theme();
  const area = card.getBoundingClientRect();
  const top = 2 * MARGIN;
  const made = document.createElement("canvas");
  made.width = Math.ceil(area.width * SCALE);
  made.height = Math.ceil((area.height + top) * SCALE);
  const context = made.getContext("2d");
  context.scale(SCALE, SCALE);
  context.fillStyle = colors.card;
  context.fillRect(0, 0, area.width, area.height + top);
  context.fillStyle = colors.quiet;
  context.font = `12px ${colors.font}`;
  context.textBaseline = "middle";
  context.fillText(heading, MARGIN, MARGIN + 2, area.width - 2 * MARGIN);
  context.translate(-area.left, top - area.top);
  visit(context, card);
  return made;
}

/** Saves a card as a PNG file. */
export function savePicture(card, heading, name) {
  pictured(card, heading).toBlob((blob) => save(name, blob), "image/png");
}

function visit(context, node) {
  const box = node.getBoundingClientRect();
  if (box.width === 0 || box.height === 0 || node.matches("[data-screen]")) return;
  const paint = painters.get(node);
  if (paint) {
    context.save();
    context.translate(box.left, box.top);
    paint(context, box.width, box.height);
    context.restore();
    return;
  }
  for (const child of node.childNodes) {
    if (child.nodeType === Node.ELEMENT_NODE) visit(context, child);
    else if (child.nodeType === Node.TEXT_NODE) write(context, child, getComputedStyle(node));
  }
}

/** A text, word by word where the browser has put it. */
function write(context, text, style) {
  context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.fillStyle = style.color;
  const range = document.createRange();
  for (const { 0: word, index } of text.data.matchAll(/\S+/g)) {
    range.setStart(text, index);
    range.setEnd(text, index + word.length);
    for (const box of range.getClientRects()) {
      context.fillText(word, box.left, (box.top + box.bottom) / 2);
      break;
    }
  }
}
