import { decisionLogDefault, type DecisionLogMode } from "../../protocols/decision-log.ts";
import type { EvaluationContext } from "../../protocols/decision.ts";
import type { Failure } from "../../protocols/failures.ts";
import type { EnvironmentKey, UnitId } from "../../protocols/ids.ts";
import { streams, subjects } from "../../protocols/topology.ts";
import type { Clock, Random } from "../../runtime/index.ts";
import type { Counts } from "../counts.ts";
import { Batcher, type Append, type BatchOutcome, type BatchTarget } from "../ingest/batcher.ts";
import type { Said } from "./said.ts";

// Decisions on their way to the log, in two lanes.
//   D1. What an answer waits for shares a message with all that came within two milliseconds.
//   D2. What no answer waits for is gathered for longer, and dropped and counted above a bound.
//   D3. No line holds a raw key or an attribute.

const target = { stream: streams.decisions.name, subject: subjects.decisions };

/** 20 000 answers of 400 bytes wait at most: at 50 000 a second, what 400 ms of silence gather. */
const awaited: BatchTarget = {
  ...target,
  batchMsMin: 2,
  batchMsMax: 2,
  appendMsMax: 3_000,
  inFlightBytesMax: 8_388_608,
};
const gathered: BatchTarget = {
  ...target,
  batchMsMin: 100,
  batchMsMax: 100,
  appendMsMax: 10_000,
  inFlightBytesMax: 8_388_608,
};

export interface DecisionLogOptions {
  readonly append: Append;
  readonly clock: Clock;
  readonly random: Random;
  readonly counts: Counts;
  /** Nothing of such a unit is written, whatever the mode. */
  readonly denies: (environment: EnvironmentKey, unit: UnitId) => boolean;
  readonly modeOf: (environment: EnvironmentKey) => DecisionLogMode | undefined;
}

export class DecisionLog {
  readonly #options: DecisionLogOptions;
  readonly #awaited: Batcher;
  readonly #gathered: Batcher;

  constructor(options: DecisionLogOptions) {
    const { append, clock, random } = options;
    this.#options = options;
    this.#awaited = new Batcher(append, clock, random, awaited);
    this.#gathered = new Batcher(append, clock, random, gathered);
  }

  get inFlightBytes(): number {
    return this.#awaited.inFlightBytes + this.#gathered.inFlightBytes;
  }

  /** Writes one decision; what the answer must wait for, if anything. */
  note(
    environment: EnvironmentKey,
    { line, assigned }: Said,
    { unitId, now }: EvaluationContext,
    id: string,
  ): Promise<BatchOutcome> | undefined {
    if (line === undefined) return undefined;
    const mode = this.#options.modeOf(environment) ?? decisionLogDefault;
    if (mode === "disabled" && !assigned) return undefined;
    if (this.#options.denies(environment, unitId)) return undefined;
    const record = `{"id":"${id}","at":${now},"unit":"${unitId}",${line}`;
    if (assigned || mode === "sync") return this.#await(environment, record);
    if (this.#gathered.hasRoomFor(record.length)) this.#follow(environment, record);
    else this.#options.counts.decisionsDropped++; // D2
    return undefined;
  }

  flush = async (): Promise<void> => {
    await Promise.all([this.#awaited.flush(), this.#gathered.flush()]);
  };

  #await(environment: EnvironmentKey, record: string): Promise<BatchOutcome> {
    const { counts } = this.#options;
    if (!this.#awaited.hasRoomFor(record.length)) return Promise.resolve(full);
    counts.decisions++;
    return this.#awaited.add(environment, 0, record).outcome; // D1
  }

  #follow(environment: EnvironmentKey, record: string): void {
    const { counts } = this.#options;
    const batch = this.#gathered.add(environment, 0, record);
    counts.decisions++;
    // Told once for each batch, by the line that began it.
    if (batch.lines.length === 1)
      void batch.outcome.then(({ ok }) => {
        if (!ok) counts.decisionsDropped += batch.lines.length;
      });
  }
}

const overloaded: Failure = { code: "overloaded", retryAfterMs: 1_000 };
const full: BatchOutcome = { ok: false, failure: overloaded };
