// Answers of the server about one run, gathered: the first has all, each later one what is new.

// With more than so many times the columns that an answer has, the feed asks for all of them again.
const MOST = 3;
const MAX_ALARMS = 200;

export class Feed {
  /** What is asked: the end of the address and its parameters. */
  constructor(path, query) {
    this.path = path;
    this.restart(query);
  }

  /** Whether this is what the feed gathers. */
  asks(path, query) {
    return this.path === path && JSON.stringify(this.query) === JSON.stringify(query);
  }

  restart(query) {
    this.query = query;
    this.metric = query.metric ?? "";
    this.metrics = [];
    this.splits = [];
    this.next = 0;
    this.series = new Map();
    this.loss = [];
    this.snapshots = 0;
    this.alarms = [];
    this.alarmCount = 0;
    this.marks = new Map();
    this.newest = null;
    this.faults = false;
    this.clock = 0;
    this.maxColumns = Infinity;
  }

  /** Asks for what is new; says whether there was any. */
  async update() {
    if (this.loss.length > MOST * this.maxColumns) this.restart(this.query);
    // The server chooses a metric once, among those of the first measurements.
    const metric = this.metrics.length > 0 && "metric" in this.query ? { metric: this.metric } : {};
    const answer = await ask(`${this.path}?${new URLSearchParams({ ...this.query, ...metric, after: this.next })}`);
    this.take(answer);
    return answer.snapshots > 0 || answer.alarmCount > 0 || answer.series.length > 0;
  }

  take(answer) {
    this.metric = answer.metric;
    this.clock = answer.now;
    this.maxColumns = answer.maxColumns;
    this.metrics = [...new Set([...this.metrics, ...answer.metrics])];
    this.splits = [...new Set([...this.splits, ...answer.splits])];
    this.takeLoss(answer);
    for (const series of answer.series) this.takeSeries(series);
    for (const alarm of answer.alarms) this.alarms.push(alarm);
    this.alarms = this.alarms.slice(-MAX_ALARMS);
    this.alarmCount += answer.alarmCount;
    for (const { layer, spans } of answer.marks) {
      this.marks.set(layer, (this.marks.get(layer) ?? []).concat(spans));
    }
    if (answer.newest) this.newest = { ...answer.newest, score: read(answer.newest.score) };
    this.next = answer.next;
  }

  /** An answer may begin with another layer of an iteration that is known. */
  takeLoss(answer) {
    const known = this.newest?.iteration;
    this.snapshots += answer.snapshots;
    answer.loss.forEach((column, i) => {
      if (i === 0 && column.snapshots === 1 && column.first === known) this.snapshots--;
      else this.loss.push(readColumn(column));
    });
  }

  takeSeries({ layer, metric, columns, iteration, latest, least, greatest }) {
    const key = JSON.stringify([layer, metric]);
    const known = this.series.get(key) ?? { layer, metric, columns: [], least: [], greatest: [] };
    for (const column of columns) {
      const made = readColumn(column);
      this.faults ||= made.values.some((value) => value !== null && !Number.isFinite(value));
      known.columns.push(made);
    }
    known.iteration = iteration;
    known.latest = latest.map(read);
    known.least = joined(known.least, least, Math.min);
    known.greatest = joined(known.greatest, greatest, Math.max);
    this.series.set(key, known);
  }

  /** The series of a metric of a layer, of the network for null; undefined if there is none. */
  of(layer, metric) {
    return this.series.get(JSON.stringify([layer, metric]));
  }

  /** The layers' names, in the order of the network; null, the network, first. */
  layers() {
    const names = [...new Set([...this.series.values()].map(({ layer }) => layer))];
    return names.includes(null) ? [null, ...names.filter((name) => name !== null)] : names;
  }

  /** From the first iteration to where the last column ends; null without any. */
  extent() {
    let first = Infinity, last = -Infinity;
    for (const column of this.loss) {
      first = Math.min(first, column.first);
      last = Math.max(last, column.last);
    }
    const [before, end] = this.loss.slice(-2);
    return this.loss.length === 0 ? null : [first, last + Math.max(1, end ? end.first - before.first : 1)];
  }
}

// JSON has no NaN: what is not finite comes as a string.
const read = (value) => (value === null ? null : Number(value));

const readColumn = (column) => ({ ...column, values: column.values.map(read) });

function joined(before, after, choose) {
  return after.map((value, head) => {
    const known = before[head] ?? null;
    return known === null ? value : value === null ? known : choose(known, value);
  });
}

/** JSON from this page's own server. */
export async function ask(path) {
  const response = await fetch(`/attention/${path}`, { cache: "no-store" });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}
