// The numbers of the heat map as a table.
import { element, fill, number, whole } from "./text.js";

/** Fills the table with a row for each head of each layer. */
export function show(table, feed) {
  const rows = [];
  for (const { layer, latest, iteration, least, greatest } of feed.series.values()) {
    latest.forEach((value, head) => {
      const cells = [layer, String(head), whole(iteration), number(value), number(least[head]), number(greatest[head])];
      const row = element("tr", {}, ...cells.map((text) => element("td", { text })));
      if (value !== null) row.children[3].title = String(value);
      rows.push(row);
    });
  }
  fill(table.tBodies[0], rows);
}
