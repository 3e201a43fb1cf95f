import type { IngestReceipt } from "../../protocols/event.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import type { ExposureRecord, MetricRecord } from "../../protocols/log-record.ts";
import { partitionOf } from "../../protocols/topology.ts";
import type { Clock, Random } from "../../runtime/index.ts";
import type { Counts } from "../counts.ts";
import type { Principal } from "../directory.ts";
import type { LivePlan } from "../live-plan.ts";
import { Batcher, type Append, type Batch } from "./batcher.ts";
import type { RawEvent } from "./body.ts";
import { DeadLetters, deadLetter, type DeadLetter } from "./dead-letters.ts";
import { parseExposure, parseOutcome, type Parsed } from "./input.ts";
import { RecentIds } from "./recent-ids.ts";
import {
  isRejection,
  resolveExposure,
  resolveOutcome,
  type Rejection,
  type ResolveScope,
  type Resolved,
} from "./resolve.ts";

// Events in. The answer leaves after the log has acknowledged every event it calls accepted or duplicate.

export interface IngestOptions {
  readonly append: Append;
  readonly clock: Clock;
  readonly random: Random;
  readonly counts: Counts;
  readonly exposureSecret: string;
  readonly makeId: () => string;
}

export type EventType = "exposure" | "metric";

export interface IngestRequest {
  readonly type: EventType;
  readonly events: readonly RawEvent[];
  readonly plan: LivePlan;
  readonly principal: Principal;
}

type EventRecord = ExposureRecord | MetricRecord;

export class Ingest {
  readonly #options: IngestOptions;
  readonly #batcher: Batcher;
  readonly #dead: DeadLetters;
  readonly #recent = new Map<string, RecentIds<Batch>>();

  constructor(options: IngestOptions) {
    const { append, clock, random, counts, makeId } = options;
    this.#options = options;
    this.#batcher = new Batcher(append, clock, random);
    this.#dead = new DeadLetters(append, makeId, (letters) => (counts.deadDropped += letters));
  }

  get inFlightBytes(): number {
    return this.#batcher.inFlightBytes;
  }

  hasRoomFor = (bytes: number): boolean => this.#batcher.hasRoomFor(bytes);
  flush = (): Promise<void> => this.#batcher.flush();

  async take(request: IngestRequest): Promise<Outcome<IngestReceipt>> {
    const { plan, principal, events } = request;
    const { counts } = this.#options;
    const now = this.#options.clock.now();
    const scope = this.#scope(request, now);
    const awaited = new Set<Batch>();
    const errors: { index: number; code: string; message: string }[] = [];
    const letters: DeadLetter[] = [];
    let accepted = 0;
    let duplicate = 0;
    for (const [index, raw] of events.entries()) {
      const resolved = resolve(raw, request.type, scope);
      if (isRejection(resolved)) {
        errors.push({ index, ...resolved });
        const event = raw.kind === "json" ? raw.value : undefined;
        letters.push(deadLetter(event, resolved, { plan, at: now, token: principal.prefix }));
      } else if (this.#place(resolved, plan, awaited) === "new") accepted++;
      else duplicate++;
    }
    if (letters.length > 0) this.#dead.send(plan.environment, letters);
    counts.rejected += errors.length;
    for (const outcome of await Promise.all([...awaited].map((batch) => batch.outcome)))
      if (!outcome.ok) return fail(outcome.failure);
    counts.accepted += accepted;
    counts.duplicate += duplicate;
    return succeed({ status: "ok", accepted, duplicate, rejected: errors.length, errors });
  }

  /** Puts an event into its batch, unless it is stored or on its way: then the caller waits for that one instead. */
  #place(record: EventRecord, plan: LivePlan, awaited: Set<Batch>): "new" | "duplicate" {
    const id = `${record.type}:${record.id}`;
    const recent = this.#recentOf(plan.environment);
    if (recent.isStored(id)) return "duplicate";
    const before = recent.pending(id);
    if (before !== undefined) {
      awaited.add(before);
      return "duplicate";
    }
    const partition = partitionOf(record.unit, plan.plan.partitions);
    const batch = this.#batcher.add(plan.environment, partition, JSON.stringify(record));
    recent.begin(id, batch);
    void batch.outcome.then(({ ok }) => recent.settle(id, ok));
    awaited.add(batch);
    return "new";
  }

  #recentOf(environment: string): RecentIds<Batch> {
    let recent = this.#recent.get(environment);
    if (recent === undefined) this.#recent.set(environment, (recent = new RecentIds()));
    return recent;
  }

  #scope({ plan, principal }: IngestRequest, now: number): ResolveScope {
    return {
      plan,
      now,
      backfill: principal.scopes.has("ingestion:backfill") && !principal.isBrowser,
      exposureSecret: this.#options.exposureSecret,
      makeId: this.#options.makeId,
    };
  }
}

function resolve(raw: RawEvent, type: EventType, scope: ResolveScope): Resolved<EventRecord> {
  if (raw.kind === "unreadable") return { code: "malformed_json", message: "the line is not JSON" };
  return type === "exposure"
    ? resolved(parseExposure(raw.value), scope, resolveExposure)
    : resolved(parseOutcome(raw.value), scope, resolveOutcome);
}

function resolved<Input, Made extends EventRecord>(
  parsed: Parsed<Input>,
  scope: ResolveScope,
  make: (input: Input, scope: ResolveScope) => Resolved<Made>,
): Made | Rejection {
  return parsed.ok ? make(parsed.input, scope) : { code: "invalid_event", message: parsed.message };
}
