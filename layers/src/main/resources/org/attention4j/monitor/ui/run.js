// What is known of one run and one metric, gathered from the server's answers.

// The server never sends so many columns at once; with more than that, gathered snapshot by snapshot, the page asks for all of them again.
const MOST_COLUMNS = 1200;
const MAX_ALARMS = 200;

export class Run {
  constructor(id, metric) {
    this.id = id;
    this.metrics = [];
    this.restart(metric);
  }

  /** Forgets values, which are those of one metric. */
  restart(metric) {
    this.metric = metric;
    this.next = 0;
    this.layers = new Map();
    this.latest = new Map();
    this.loss = [];
    this.snapshots = 0;
    this.alarms = [];
    this.alarmCount = 0;
    this.newest = null;
    this.faults = false;
    this.clock = 0;
  }

  /** Asks for what is new; says whether there was any. */
  async update() {
    if (this.loss.length > MOST_COLUMNS) this.restart(this.metric);
    const query = new URLSearchParams({ session: this.id, metric: this.metric, after: this.next });
    const answer = await ask(`data?${query}`);
    if (answer.session !== this.id) return false;
    this.take(answer);
    return answer.snapshots > 0 || answer.alarmCount > 0;
  }

  take(answer) {
    this.metric = answer.metric;
    this.clock = answer.now;
    this.metrics = [...new Set([...this.metrics, ...answer.metrics])];
    this.takeLoss(answer);
    for (const { layer, columns, iteration, latest } of answer.layers) {
      if (!this.layers.has(layer)) this.layers.set(layer, []);
      for (const column of columns) this.layers.get(layer).push(this.read(column));
      this.latest.set(layer, { iteration, values: latest.map(read) });
    }
    for (const alarm of answer.alarms) this.alarms.push(alarm);
    this.alarms = this.alarms.slice(-MAX_ALARMS);
    this.alarmCount += answer.alarmCount;
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

  read(column) {
    const made = readColumn(column);
    this.faults ||= made.values.some((value) => value !== null && !Number.isFinite(value));
    return made;
  }

  /** How many snapshots share a column, at most. */
  span() {
    let most = 1;
    for (const column of this.loss) most = Math.max(most, column.snapshots);
    return most;
  }

  /** From the first iteration to where the last column ends. */
  extent() {
    let first = Infinity, last = -Infinity;
    for (const column of this.loss) {
      first = Math.min(first, column.first);
      last = Math.max(last, column.last);
    }
    const [before, end] = this.loss.slice(-2);
    return [first, last + Math.max(1, end ? end.first - before.first : 1)];
  }

  /** What the heat map shows: values, of columns of several snapshots the mean. */
  * means() {
    for (const columns of this.layers.values()) for (const column of columns) yield* column.values;
  }

  /** All values, and of columns of several snapshots the least and the greatest. */
  * values() {
    for (const columns of this.layers.values()) {
      for (const column of columns) {
        yield* column.values;
        if (column.snapshots > 1) {
          yield* column.min;
          yield* column.max;
        }
      }
    }
  }
}

// JSON has no NaN: what is not finite comes as a string.
const read = (value) => (value === null ? null : Number(value));

function readColumn(column) {
  const values = column.values.map(read);
  return { ...column, values, min: column.min ?? values, max: column.max ?? values };
}

/** JSON from this page's own server. */
export async function ask(path) {
  const response = await fetch(`/attention/${path}`, { cache: "no-store" });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}
