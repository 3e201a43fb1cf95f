import { quantileOfSorted } from "../figures.ts";
import { Lane, type Answered } from "../gateway/lane.ts";
import { RequestSource } from "../gateway/request-source.ts";
import { wireTextWith } from "../gateway/requests.ts";
import type { LoadOrder, LoadOutcome } from "./load-order.ts";
import { eventsPerRequest, exposureBodies, mixedBodies, type Body } from "./traffic.ts";

// Sends events: a process of its own, so that what it costs can be told from what it measures. At a rate, requests leave
// when they are due, whatever became of those before; one that finds no idle socket waits, and its wait counts.

/** Those that were due are all sent, and their answers waited for. */
class Load {
  readonly #order: LoadOrder;
  readonly #resolve: (outcome: LoadOutcome) => void;
  readonly #bodies: readonly Body[];
  readonly #source: RequestSource;
  readonly #lanes: readonly Lane[];
  /** The body that each lane asks with, by its place. */
  readonly #asking = new Map<Lane, Body>();
  readonly #idle: Lane[] = [];
  readonly #due: number[] = [];
  readonly #latencies: number[] = [];
  readonly #refused: Record<string, number> = {};
  readonly #requestsMax: number;
  #startMs = 0;
  #asked = 0;
  #answeredCount = 0;
  #isOver = false;
  #isTold = false;
  #acknowledged = 0;
  #exposures = 0;
  #metrics = 0;
  #counted = 0;

  constructor(order: LoadOrder, resolve: (outcome: LoadOutcome) => void) {
    this.#order = order;
    this.#resolve = resolve;
    const { scene, run, kind, ports, connections } = order;
    this.#bodies = kind === "exposures" ? exposureBodies(scene, run) : mixedBodies(scene, run);
    this.#requestsMax = kind === "exposures" ? this.#bodies.length : Number.POSITIVE_INFINITY;
    this.#source = new RequestSource(this.#bodies.map(({ text }) => wireText(order, text)));
    const answered = (lane: Lane, answer: Answered): void => this.#answered(lane, answer);
    this.#lanes = Array.from(
      { length: connections },
      (_, index) => new Lane(ports[index % ports.length] ?? 0, answered),
    );
  }

  run(): void {
    this.#startMs = performance.now();
    if (this.#order.eventsPerSecond !== undefined) return this.#pace(this.#order.eventsPerSecond);
    for (const lane of this.#lanes) this.#next(lane);
  }

  #pace(eventsPerSecond: number): void {
    this.#idle.push(...this.#lanes);
    const everyMs = (eventsPerRequest / eventsPerSecond) * 1_000;
    const endMs = this.#startMs + (this.#order.ms ?? 0);
    let nextMs = this.#startMs;
    const schedule = (): void => {
      for (const nowMs = performance.now(); nextMs <= nowMs && nextMs < endMs; nextMs += everyMs) {
        const lane = this.#idle.shift();
        if (lane === undefined) this.#due.push(nextMs);
        else this.#ask(lane, nextMs);
      }
      if (nextMs < endMs) setTimeout(schedule, 1);
      else this.#over();
    };
    schedule();
  }

  /** The next of those that wait, or another one while as many are wanted as the server takes. */
  #next(lane: Lane): void {
    const waiting = this.#due.shift();
    const nowMs = performance.now();
    const isPaced = this.#order.eventsPerSecond !== undefined;
    const isWanted = this.#asked < this.#requestsMax && nowMs < this.#startMs + (this.#order.ms ?? 600_000);
    if (waiting !== undefined) this.#ask(lane, waiting);
    else if (!isPaced && isWanted) this.#ask(lane, nowMs);
    else {
      this.#idle.push(lane);
      if (!isPaced) this.#over();
    }
  }

  #ask(lane: Lane, dueMs: number): void {
    this.#asking.set(lane, this.#bodies[this.#asked % this.#bodies.length] as Body);
    this.#asked++;
    lane.ask(this.#source.next(), dueMs);
  }

  #answered(lane: Lane, { ok, dueMs, text }: Answered): void {
    this.#answeredCount++;
    if (ok) this.#taken(this.#asking.get(lane), text, performance.now() - dueMs);
    else {
      const status = text.slice(9, 12) || "0";
      this.#refused[status] = (this.#refused[status] ?? 0) + 1;
    }
    this.#next(lane);
    if (this.#isOver) this.#over();
  }

  #taken(body: Body | undefined, text: string, ms: number): void {
    this.#latencies.push(ms);
    const accepted = Number(/"accepted":(\d+)/.exec(text)?.[1] ?? 0);
    this.#acknowledged += accepted;
    if (body === undefined || accepted !== body.exposures + body.metrics) return;
    this.#exposures += body.exposures;
    this.#metrics += body.metrics;
    this.#counted += body.counted;
  }

  /** Nothing more will be due. */
  #over(): void {
    this.#isOver = true;
    if (this.#isTold || this.#answeredCount < this.#asked || this.#due.length > 0) return;
    this.#isTold = true;
    for (const lane of this.#lanes) lane.close();
    const sorted = Float64Array.from(this.#latencies).sort();
    this.#resolve({
      requests: this.#asked,
      ms: performance.now() - this.#startMs,
      offered: this.#asked * eventsPerRequest,
      acknowledged: this.#acknowledged,
      exposures: this.#exposures,
      metrics: this.#metrics,
      counted: this.#counted,
      refused: this.#refused,
      p50Ms: quantileOfSorted(sorted, 0.5),
      p99Ms: quantileOfSorted(sorted, 0.99),
      maxMs: sorted.at(-1) ?? Number.NaN,
    });
  }
}

const wireText = ({ scene, token }: LoadOrder, body: string): string =>
  wireTextWith(token, { path: `/v1/events?env=${scene.environment}`, body });

let prepared: Load | undefined;

// Two messages for each load: the order, so that its bodies are made, and the word to begin.
process.on("message", (message: LoadOrder | "begin") => {
  if (message !== "begin") {
    prepared = new Load(message, (outcome) => process.send?.(outcome));
    return void process.send?.("prepared");
  }
  prepared?.run();
  prepared = undefined;
});
process.on("disconnect", () => process.exit(0));
