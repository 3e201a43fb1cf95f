import { clockSkewMsMax, type EventType, type IngestReceipt } from "../../protocols/event.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Answer as Outcome, Failure } from "../../protocols/failures.ts";
import type { Clock, Log, Random } from "../../runtime/index.ts";
import type { Principal } from "../directory.ts";
import type { LivePlan } from "../live-plan.ts";
import { Admission, type Hold } from "./admission.ts";
import { Batcher, eventsTarget, type Append, type Batch, type BatchReport } from "./batcher.ts";
import type { RawEvent } from "./body.ts";
import type { Consents } from "./consents.ts";
import { DeadLetters, deadLetter, type DeadLetter } from "./dead-letters.ts";
import type { Identities } from "./identities.ts";
import type { IngestCounts } from "./ingest-counts.ts";
import { Judge } from "./judge.ts";
import { readEvent } from "./kinds.ts";
import { Placing, type Place } from "./placing.ts";
import type { ResolveScope } from "./scope.ts";
import { Tally, type Verdict } from "./tally.ts";

// Events in.
//   I1. The answer leaves after the log has acknowledged every event that it calls accepted or duplicate.
//   I2. Events of a request are judged in their order: a consent counts for those behind it.
//   I3. A long request is taken apart in slices, so that nobody waits for the whole of it.

export interface IngestOptions {
  readonly append: Append;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly counts: IngestCounts;
  readonly consents: Consents;
  readonly identities: Identities;
  readonly exposureSecret: string;
  readonly makeId: () => string;
  readonly heldBytesMax?: number | undefined;
}

export interface IngestRequest {
  /** What an event is that does not say so; undefined where each must. */
  readonly type: EventType | undefined;
  readonly events: readonly RawEvent[];
  /** What time the client had as it sent this. */
  readonly sentAt?: number | undefined;
  readonly plan: LivePlan;
  readonly principal: Principal;
  /** They were refused before, and lie among the letters: what is refused again gets no second one. */
  readonly haveLetters?: boolean;
}

const sliceMsMax = 2;
const sliceEvents = 64;
const levelMsMax = 5_000;
const retryAfterMs = 1_000;

export class Ingest {
  readonly #options: IngestOptions;
  readonly #admission: Admission;
  readonly #batcher: Batcher;
  readonly #judge: Judge;
  readonly #dead: DeadLetters;
  #trouble: Failure["code"] | undefined;

  constructor(options: IngestOptions) {
    const { append, clock, random, counts, makeId, consents, identities } = options;
    this.#options = options;
    this.#admission = new Admission(options.heldBytesMax);
    this.#batcher = new Batcher(append, clock, random, eventsTarget, (report) => this.#settled(report));
    this.#judge = new Judge({ consents, identities, placing: new Placing(this.#batcher) });
    this.#dead = new DeadLetters(append, makeId, (letters) => (counts.deadDropped += letters));
  }

  get heldBytes(): number {
    return this.#admission.heldBytes;
  }

  /** Why the log did not take the latest batch; undefined when it did. */
  get trouble(): Failure["code"] | undefined {
    return this.#trouble;
  }

  /** Asked before a request is read, with its whole size. */
  admit(environment: string, bytes: number): Outcome<Hold> {
    const admitted = this.#admission.admit(environment, bytes);
    if (!admitted.ok) this.#options.counts.refuse(admitted.failure.code);
    return admitted;
  }

  flush = (): Promise<void> => this.#batcher.flush();

  /** `hold` stays the caller's to release. */
  async take(request: IngestRequest, hold: Hold): Promise<Outcome<IngestReceipt>> {
    const { counts, consents } = this.#options;
    if (!consents.isLevel && !(await consents.untilLevel(levelMsMax)))
      return unavailable("what units said about consent is not read yet");
    const awaited = new Set<Batch>();
    const tally = new Tally();
    const isWhole = await this.#takeApart(request, { hold, tally, awaited });
    for (const outcome of await Promise.all([...awaited].map((batch) => batch.outcome)))
      if (!outcome.ok) return fail(outcome.failure); // I1
    counts.taken(tally);
    if (!isWhole) return unavailable("consent or identity could not be written");
    if (tally.shed === 0) return succeed(tally.receipt());
    return fail({ code: "shedding", kept: tally.acceptedTotal + tally.duplicate, retryAfterMs });
  }

  /** False when a bucket could not be reached: what is behind was not looked at. */
  async #takeApart(
    request: IngestRequest,
    { hold, tally, awaited }: { readonly hold: Hold; readonly tally: Tally; readonly awaited: Set<Batch> },
  ): Promise<boolean> {
    const { clock } = this.#options;
    const { plan, events, type, principal } = request;
    const scope = this.#scope(request);
    const place: Place = {
      environment: plan.environment,
      partitions: plan.plan.partitions,
      awaited,
      size: 0,
    };
    const circumstances = { plan, place, guardedOnly: hold.guardedOnly };
    const letters: DeadLetter[] = [];
    let isWhole = true;
    let until = clock.monotonicMs() + sliceMsMax;
    for (let index = 0; index < events.length; index++) {
      if (index % sliceEvents === sliceEvents - 1 && clock.monotonicMs() > until) {
        await clock.turn(); // I3
        until = clock.monotonicMs() + sliceMsMax;
      }
      const raw = events[index] as RawEvent;
      const read = readEvent(raw, type, scope);
      const judged = "rejection" in read ? read.rejection : this.#judge.judge(read, circumstances);
      const verdict = judged instanceof Promise ? await this.#reached(judged) : judged;
      if (verdict === undefined) {
        isWhole = false;
        break;
      }
      tally.add(verdict, index, "record" in read ? read.record : undefined);
      if (typeof verdict !== "object") continue;
      const event = raw.kind === "json" ? raw.value : undefined;
      letters.push(deadLetter(event, verdict, { plan, at: scope.now, token: principal.prefix, type }));
    }
    hold.resize(place.size);
    if (letters.length > 0 && request.haveLetters !== true) this.#dead.send(plan.environment, letters);
    return isWhole;
  }

  /** Undefined when the bucket that decides did not answer. */
  async #reached(verdict: Promise<Verdict>): Promise<Verdict | undefined> {
    try {
      return await verdict;
    } catch (error) {
      this.#options.log.warn("ingest_bucket_not_reached", { error });
      return undefined;
    }
  }

  #settled(report: BatchReport): void {
    this.#trouble = report.outcome.ok ? undefined : report.outcome.failure.code;
    this.#options.counts.onBatch?.(report);
  }

  #scope({ plan, principal, sentAt }: IngestRequest): ResolveScope {
    const { clock, exposureSecret, makeId } = this.#options;
    const now = clock.now();
    const skewMs = sentAt === undefined ? 0 : now - sentAt;
    return {
      plan,
      now,
      // A request's own way takes less; correcting that would only blur good clocks.
      skewMs: Math.abs(skewMs) > clockSkewMsMax ? skewMs : 0,
      backfill: principal.scopes.has("ingestion:backfill") && !principal.isBrowser,
      exposureSecret,
      makeId,
    };
  }
}

const unavailable = (reason: string): Outcome<never> => fail({ code: "unavailable", reason, retryAfterMs });
