// What is known of one run and one metric, gathered from the server's answers.

export class Run {
  constructor(id, metric) {
    this.id = id;
    this.weights = new Map();
    this.metrics = [];
    this.restart(metric);
  }

  /** Forgets values, which are those of one metric. */
  restart(metric) {
    this.metric = metric;
    this.next = 0;
    this.layers = new Map();
    this.loss = [];
    this.alarms = [];
    this.newest = null;
    this.faults = false;
    this.clock = 0;
  }

  /** Asks for what is new; says whether there was any. */
  async update() {
    let changed = false;
    for (let more = true; more;) {
      const query = new URLSearchParams({ session: this.id, metric: this.metric, after: this.next });
      const answer = await ask(`data?${query}`);
      if (answer.session !== this.id) return false;
      this.take(answer);
      changed ||= answer.points.length > 0 || answer.alarms.length > 0;
      more = answer.more;
    }
    return changed;
  }

  take(answer) {
    this.metric = answer.metric;
    this.clock = answer.now;
    this.metrics = [...new Set([...this.metrics, ...answer.metrics])];
    for (const point of answer.points) this.add(point);
    for (const alarm of answer.alarms) this.alarms.push(alarm);
    for (const weights of answer.weights) this.weights.set(weights.layer, weights);
    this.next = answer.next;
  }

  add(point) {
    // JSON has no NaN: what is not finite comes as a string.
    point.values = point.values.map((value) => (value === null ? null : Number(value)));
    point.score = Number(point.score);
    this.faults ||= point.values.some((value) => value !== null && !Number.isFinite(value));
    if (!this.layers.has(point.layer)) this.layers.set(point.layer, []);
    this.layers.get(point.layer).push(point);
    const last = this.loss[this.loss.length - 1];
    if (!last || last[0] !== point.iteration) this.loss.push([point.iteration, point.score]);
    this.newest = point;
  }

  /** From the first iteration to where the last column ends. */
  extent() {
    const iterations = this.loss.map(([iteration]) => iteration);
    const last = iterations[iterations.length - 1];
    const step = iterations.length > 1 ? last - iterations[iterations.length - 2] : 1;
    return [Math.min(...iterations.slice(0, 1)), last + Math.max(1, step)];
  }

  * values() {
    for (const points of this.layers.values()) for (const point of points) yield* point.values;
  }
}

/** JSON from this page's own server. */
export async function ask(path) {
  const response = await fetch(`/attention/${path}`, { cache: "no-store" });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}
