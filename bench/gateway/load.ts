import { quantileOfSorted, shareAbove } from "../figures.ts";
import { Lane, type Answered } from "./lane.ts";
import { slowMs, type LoadOrder, type LoadOutcome } from "./load-order.ts";
import { machineMs } from "./machine-clock.ts";
import { RequestSource } from "./request-source.ts";
import { VersionWatch } from "./version-watch.ts";

// The load generator: a process of its own, so that it takes no time from the server. At a fixed rate latency counts
// from the moment a request was due, not from when a socket was free for it: otherwise a server that stalls looks quick.

/** At a fixed rate, how long the last answers are waited for. */
const lastAnswersMs = 200;

class Load {
  readonly #order: LoadOrder;
  readonly #resolve: (outcome: LoadOutcome) => void;
  readonly #source: RequestSource;
  readonly #watch = new VersionWatch();
  readonly #latencies: number[] = [];
  readonly #lanes: readonly Lane[];
  /** The longest idle is asked next: a server ends connections that nobody uses for seconds. */
  readonly #idle: Lane[] = [];
  /** When requests were due that found no idle lane. */
  readonly #due: number[] = [];
  readonly #startMs = performance.now();
  readonly #endMs: number;
  #asked = 0;
  #notOk = 0;
  #isFinished = false;

  constructor(order: LoadOrder, resolve: (outcome: LoadOutcome) => void) {
    this.#order = order;
    this.#resolve = resolve;
    this.#source = new RequestSource(order.requests);
    this.#endMs = this.#startMs + order.ms;
    const answered = (lane: Lane, answer: Answered): void => this.#answered(lane, answer);
    this.#lanes = Array.from({ length: order.connections }, () => new Lane(order.port, answered));
  }

  run(): void {
    if (this.#order.requestsPerSecond !== undefined) return this.#pace(this.#order.requestsPerSecond);
    for (const lane of this.#lanes) this.#ask(lane, performance.now());
  }

  #pace(requestsPerSecond: number): void {
    this.#idle.push(...this.#lanes);
    const everyMs = 1_000 / requestsPerSecond;
    let nextMs = this.#startMs;
    const schedule = (): void => {
      for (const nowMs = performance.now(); nextMs <= nowMs; nextMs += everyMs) {
        const lane = this.#idle.shift();
        if (lane === undefined) this.#due.push(nextMs);
        else this.#ask(lane, nextMs);
      }
      if (nextMs >= this.#endMs) setTimeout(() => this.#finish(performance.now()), lastAnswersMs);
      else if (this.#order.yields === true) setTimeout(schedule, 1);
      else setImmediate(schedule); // a timer's millisecond is longer than the interval
    };
    schedule();
  }

  #ask(lane: Lane, dueMs: number): void {
    this.#asked++;
    lane.ask(this.#source.next(), dueMs);
  }

  #answered(lane: Lane, { ok, dueMs, text }: Answered): void {
    const nowMs = performance.now();
    this.#latencies.push(nowMs - dueMs);
    if (!ok) this.#notOk++;
    if (this.#order.watchesVersion === true) this.#watch.see(text, machineMs);
    if (this.#order.requestsPerSecond !== undefined) {
      const next = this.#due.shift();
      if (next === undefined) this.#idle.push(lane);
      else this.#ask(lane, next);
    } else if (nowMs >= this.#endMs) this.#finish(nowMs);
    else this.#ask(lane, nowMs);
  }

  #finish(nowMs: number): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    for (const lane of this.#lanes) lane.close();
    const isFixed = this.#order.requestsPerSecond !== undefined;
    const unanswered = isFixed ? this.#asked + this.#due.length - this.#latencies.length : 0;
    const sorted = Float64Array.from(this.#latencies).sort();
    this.#resolve({
      requests: sorted.length,
      notOk: this.#notOk + unanswered,
      ms: nowMs - this.#startMs - (isFixed ? lastAnswersMs : 0),
      p50Ms: quantileOfSorted(sorted, 0.5),
      p99Ms: quantileOfSorted(sorted, 0.99),
      maxMs: sorted.at(-1) ?? Number.NaN,
      slowShare: shareAbove(sorted, slowMs),
      firstSeen: this.#watch.firstSeen,
    });
  }
}

process.on("message", (order: LoadOrder) => new Load(order, (outcome) => process.send?.(outcome)).run());
process.on("disconnect", () => process.exit(0));
