// The alarms of a run, newest first. A press leads to the layer and the metric of an alarm.
import { by, clock, element, fill, whole } from "./text.js";

const where = ({ heads }) => (heads.length === 1 ? `head ${heads[0]}` : `heads ${heads.join(", ")}`);

/** Lists what a feed knows; chosen(alarm) is called on a press. */
export function show(name, feed, chosen) {
  const list = by("alarm-list");
  list.chosen = chosen;
  by("alarm-empty").hidden = feed.alarmCount > 0;
  const key = `${name} ${feed.alarmCount}`;
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  by("alarm-more").hidden = feed.alarmCount <= feed.alarms.length;
  by("alarm-more").textContent = `The newest ${whole(feed.alarms.length)} of ${whole(feed.alarmCount)}; the chart of a layer marks all.`;
  fill(list, feed.alarms.slice().reverse().map(({ time, alarm }) => {
    const place = element("button", { className: "alarm-where", text: `${alarm.layer}, ${where(alarm)}` });
    place.type = "button";
    place.addEventListener("click", () => list.chosen(alarm));
    return element("li", {},
      element("div", { className: "alarm-rule", text: alarm.rule }),
      element("div", { className: "alarm-when", text: `iteration ${whole(alarm.iteration)}, ${clock(time)}` }),
      place,
      element("p", { className: "alarm-cause", text: alarm.cause }),
      element("p", { className: "alarm-try", text: alarm.suggestion }));
  }));
}
