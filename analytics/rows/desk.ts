import { createHash } from "node:crypto";
import { fail, succeed } from "../../protocols/errors.ts";
import { canonicalJson } from "../../protocols/json.ts";
import type { Answer } from "../../protocols/failures.ts";
import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { MetricRole } from "../../protocols/scorecard.ts";
import type { RowAnswer, RowProgress, RowReply } from "../../protocols/row-answers.ts";
import type { Reply } from "../../protocols/errors.ts";
import { failureText } from "../warehouse-failure.ts";
import { roleOf } from "../statistics/scorecard/roles.ts";
import { WorkQueue } from "../work-queue.ts";
import type { Urgency, Waiting } from "../work-queue.ts";
import { rowAnswer } from "./answer.ts";
import type { AnswerOptions, RowFailure, RowSurroundings } from "./answer.ts";
import { ownMethod } from "./method.ts";
import type { RowQuestion } from "./question.ts";

// Where answers from rows are asked for, and kept.
//   D1. The same question is computed once, however many ask, and again only when rows came since and it is `freshMs` old:
//       rows of the log, and for a question about decisions those of theirs.
//   D2. Work that nobody has asked about for `abandonMs` is given up: its query ends, its pieces leave the pool's line.
//   D3. One question has its rows in memory at a time; the others wait, by urgency and by turns between experiments.

export interface DeskOptions extends RowSurroundings {
  readonly rowsMax?: number;
  /** Absent: a minute. */
  readonly freshMs?: number;
  readonly abandonMs?: number;
  /** As `position`, in the log of decisions. */
  readonly decided?: () => number | undefined;
}

export interface DeskFigures {
  readonly jobs: number;
  readonly kept: number;
  readonly hits: number;
  readonly misses: number;
  readonly abandoned: number;
  readonly seconds: number;
}

/** A live percentile is at most this old, but for the time that computing it takes. */
const freshMsDefault = 60_000;
/** Three polls of a gateway that waits 5 s each. */
const abandonMsDefault = 15_000;
/** At most 50 comparisons or histograms each, 20 kB: 4 MB. */
const keptMax = 200;
/** Of those that wait, each costs nothing but its place. */
const jobsMax = 32;
const retryAfterMs = 1_000;
/** When work was last asked about that is done whether anybody asks or not. */
const neverLeft = Number.POSITIVE_INFINITY;

/** With our own defects. */
type DeskFailure = RowFailure | { readonly code: "failed"; readonly error: string };

interface Turn extends Waiting {
  readonly begin: () => void;
}

/** What is kept: as old as its rows. */
export interface Aged {
  readonly asOf: number;
  readonly position?: number;
}

/** A question to the desk: whatever its answer depends on but the rows themselves is in `key`. */
export interface DeskWork<Answered extends Aged> {
  readonly key: string;
  /** Whose turn it takes. */
  readonly owner: string;
  /** Its answer depends on decisions, too. */
  readonly readsDecisions?: boolean;
  readonly compute: (
    surroundings: RowSurroundings,
    options: AnswerOptions,
  ) => Promise<Reply<Answered, RowFailure>>;
}

interface Kept {
  readonly answer: Aged;
  /** Up to where decisions were certain to be among its rows. */
  readonly decided: number | undefined;
}

interface Job {
  readonly result: Promise<Reply<Aged, DeskFailure>>;
  readonly stop: AbortController;
  askedAt: number;
  progress: RowProgress;
}

type Urgent = Exclude<Urgency, "live">;
const urgencyOf: Record<MetricRole, Urgent> = {
  guardrail: "guardrail",
  primary: "primary",
  secondary: "secondary",
};

export class RowDesk {
  readonly #options: DeskOptions;
  readonly #kept = new Map<string, Kept>();
  readonly #jobs = new Map<string, Job>();
  readonly #turns = new WorkQueue<Turn>();
  #isBusy = false;
  #counts = { hits: 0, misses: 0, abandoned: 0, seconds: 0 };

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  get figures(): DeskFigures {
    return { ...this.#counts, jobs: this.#jobs.size, kept: this.#kept.size };
  }

  /** An answer that is fresh, or work under way; waits for it no longer than `waitMs`. Work `toEnd` is not given up (D2). */
  ask(question: RowQuestion, waitMs: number, toEnd = false): Promise<Answer<RowReply>> {
    return this.askFor(workOf(question), waitMs, toEnd);
  }

  /** The same of other work with rows; one key has one kind of answer. */
  async askFor<Answered extends Aged>(
    work: DeskWork<Answered>,
    waitMs: number,
    toEnd = false,
  ): Promise<Answer<RowReply<Answered>>> {
    const { key } = work;
    const kept = this.#kept.get(key);
    if (kept !== undefined && this.#isFresh(kept, work)) {
      this.#counts.hits++;
      return succeed({ kind: "ready", answer: kept.answer as Answered });
    }
    const job = this.#jobs.get(key) ?? this.#start(work, "request");
    if (job === undefined) return fail({ code: "overloaded", retryAfterMs });
    this.#noteAsked(job);
    if (toEnd) job.askedAt = neverLeft;
    const timer = new AbortController();
    const late = this.#options.clock.sleep(waitMs, timer.signal).then(() => undefined);
    const result = await Promise.race([job.result, late]);
    timer.abort();
    this.#noteAsked(job);
    if (result === undefined) return succeed({ kind: "working", progress: job.progress });
    return result.ok
      ? succeed({ kind: "ready", answer: result.value as Answered })
      : fail(problemOf(result.failure));
  }

  /**
   * What there is now for those of an experiment's metrics that sums do not tell, by metric, each with its age. Waits for
   * nothing: what is older than `freshMs` is computed anew meanwhile, guardrails first.
   */
  latest(environment: string, definition: ExperimentDefinition): Readonly<Record<string, RowAnswer>> {
    const found: Record<string, RowAnswer> = {};
    for (const metric of definition.metrics) {
      const method = ownMethod(metric);
      if (method === undefined) continue;
      const work = workOf({ environment, definition, metric, method });
      const { key } = work;
      const kept = this.#kept.get(key);
      if (kept !== undefined) found[metric.key] = kept.answer as RowAnswer;
      if (kept !== undefined && this.#isFresh(kept, work)) continue;
      const job =
        this.#jobs.get(key) ?? this.#start(work, urgencyOf[roleOf(definition.experiment, metric.key)]);
      if (job !== undefined) job.askedAt = neverLeft; // nobody waits who could go away
    }
    return found;
  }

  /** Gives up what is under way. */
  async close(): Promise<void> {
    const jobs = [...this.#jobs.values()];
    for (const { stop } of jobs) stop.abort();
    await Promise.all(jobs.map(({ result }) => result));
  }

  #noteAsked(job: Job): void {
    job.askedAt = Math.max(job.askedAt, this.#options.clock.monotonicMs());
  }

  #isFresh({ answer, decided }: Kept, { readsDecisions = false }: DeskWork<Aged>): boolean {
    const { clock, position, freshMs = freshMsDefault } = this.#options;
    const now = position();
    const isLevel = now !== undefined && answer.position === now;
    const knowsAll = !readsDecisions || (decided !== undefined && decided === this.#options.decided?.());
    return (isLevel && knowsAll) || clock.now() - answer.asOf < freshMs;
  }

  #start({ key, owner, compute }: DeskWork<Aged>, urgency: Urgent): Job | undefined {
    if (this.#jobs.size >= jobsMax) return undefined;
    this.#counts.misses++;
    const stop = new AbortController();
    const { clock, rowsMax } = this.#options;
    const begun = clock.monotonicMs();
    const tell = (stage: RowProgress["stage"], done: number, of?: number): void => {
      job.progress = { stage, done, ...(of === undefined ? {} : { of }) };
    };
    const options: AnswerOptions = {
      urgency,
      signal: stop.signal,
      progress: tell,
      ...(rowsMax === undefined ? {} : { rowsMax }),
    };
    const turn = new Promise<void>((begin) => this.#turns.push({ urgency, owner, begin })); // D3
    let decided: number | undefined;
    const result = turn
      .then((): Promise<Reply<Aged, DeskFailure>> => {
        decided = this.#options.decided?.();
        return compute(this.#options, options);
      })
      .catch((error: unknown): Reply<Aged, DeskFailure> => fail({ code: "failed", error: String(error) }))
      .then((answer) => {
        this.#jobs.delete(key);
        this.#counts.seconds += (clock.monotonicMs() - begun) / 1_000;
        if (answer.ok) this.#keep(key, { answer: answer.value, decided });
        stop.abort();
        this.#isBusy = false;
        this.#next();
        return answer;
      });
    const job: Job = { result, stop, askedAt: begun, progress: { stage: "waiting", done: 0 } };
    this.#jobs.set(key, job);
    void this.#watch(job);
    this.#next();
    return job;
  }

  #next(): void {
    if (this.#isBusy) return;
    const turn = this.#turns.take(() => true);
    if (turn === undefined) return;
    this.#isBusy = true;
    turn.begin();
  }

  /** D2. */
  async #watch(job: Job): Promise<void> {
    const { clock, abandonMs = abandonMsDefault } = this.#options;
    while (!job.stop.signal.aborted) {
      await clock.sleep(abandonMs / 10, job.stop.signal);
      if (job.stop.signal.aborted || clock.monotonicMs() - job.askedAt < abandonMs) continue;
      this.#counts.abandoned++;
      job.stop.abort();
    }
  }

  #keep(key: string, kept: Kept): void {
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= keptMax) break;
      this.#kept.delete(oldest);
    }
  }
}

function workOf(question: RowQuestion): DeskWork<RowAnswer> {
  const { environment, definition, metric, method, cap } = question;
  return {
    key: deskKey({ environment, definition, metric: metric.key, method, cap }),
    owner: `${environment}/${definition.experiment.key}`,
    compute: (surroundings, options) => rowAnswer(surroundings, question, options),
  };
}

/** Short, and the same for the same question. */
export const deskKey = (question: unknown): string =>
  createHash("sha256").update(canonicalJson(question)).digest("base64");

/** A whole answer that cannot be had, in front of a user. */
function problemOf(failure: DeskFailure) {
  switch (failure.code) {
    case "too_many_rows":
      return { code: "too_many", what: "rows", max: failure.rowsMax } as const;
    case "overloaded":
      return failure;
    case "cancelled":
    case "closing":
      return { code: "unavailable", reason: "it was given up", retryAfterMs } as const;
    case "failed":
      return { code: "unavailable", reason: failure.error, retryAfterMs } as const;
    default:
      return { code: "warehouse_unavailable", reason: failureText(failure), retryAfterMs } as const;
  }
}
