import { fail, succeed } from "../../protocols/errors.ts";
import type { RuntimeFailure } from "../../protocols/errors.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { Backoff } from "../backoff.ts";
import type { ActorTools, Ownership } from "../hosting/actor-tools.ts";
import { addressText, journalSubject } from "../messaging/address.ts";
import type { Address } from "../messaging/address.ts";
import { encodeCommit, encodeMark } from "./commit.ts";
import type { CommitLinks } from "./commit.ts";
import { applyStep, effectsOf, snapshotOf } from "./envelope.ts";
import type { AnyBehaviour, Envelope, JournalPosition, NumberedEffect, Restored } from "./envelope.ts";
import type { Outbox } from "./outbox.ts";
import type { Remembered } from "./remembered.ts";
import { settleAppend } from "./settle.ts";
import type { Settled } from "./settle.ts";
import { endTimer, handleCommand } from "./step.ts";
import type { Handled } from "./step.ts";
import { takeGroup } from "./step-group.ts";
import type { Pending, PendingStep, Reader } from "./step-group.ts";
import { earliestTimer, timersAfter } from "./timers.ts";
import type { Timer, TimerWatch } from "./timers.ts";
import type { WakeNote } from "./wake-note.ts";

/** What one life of an entity is given. */
export interface LifeParts {
  readonly behaviour: AnyBehaviour;
  readonly address: Address;
  readonly tools: ActorTools;
  readonly ownership: Ownership;
  readonly outbox: Outbox;
  readonly timers: TimerWatch;
  readonly note: WakeNote;
  /** Timers whose message crashed a life before: ended unheard. */
  readonly poisonousTimers: ReadonlySet<number>;
}

/** What it tells its entity. */
export interface LifeEvents {
  readonly stored: () => void;
  /** The behaviour threw at this command. */
  readonly crashed: (pending: Pending, error: unknown) => void;
  /** The journal contradicts us; whether these are written, whoever replays it knows. */
  readonly contradicted: (outcome: Contradiction, unsettled: readonly Pending[]) => void;
}
export type Contradiction = Extract<Settled, { kind: "fenced" | "rolled_back" | "abandoned" }>;

const snapshotEveryCommitsDefault = 1_000;
/** Replayed in well under a millisecond; a snapshot costs more. */
const replayedAtHandOverMax = 64;

/** One life: from a replayed journal until the behaviour throws or the journal contradicts us. */
export class Life {
  readonly #parts: LifeParts;
  readonly #events: LifeEvents;
  readonly #remembered: Remembered;
  readonly #labels: { readonly kind: string };
  readonly #forming: PendingStep[] = [];
  /** Questions that saw what is on its way: answered with it. */
  readonly #readers: Reader[] = [];
  #committed: Envelope;
  /** The same, with the steps that are still on their way. */
  #speculative: Envelope;
  #position: JournalPosition;
  /** The watermark of performed effects that the journal knows. */
  #marked: number;
  #markDue = false;
  #tidyDue = false;
  #appending: Promise<void> | undefined;
  #ended = false;
  #commitsSinceSnapshot: number;
  #saving: Promise<void> | undefined;

  constructor(parts: LifeParts, restored: Restored & { readonly replayed: number }, events: LifeEvents) {
    this.#parts = parts;
    this.#events = events;
    this.#labels = { kind: parts.behaviour.kind };
    this.#committed = restored.envelope;
    this.#speculative = restored.envelope;
    this.#position = restored.position;
    this.#remembered = restored.remembered;
    this.#marked = restored.done;
    this.#commitsSinceSnapshot = restored.replayed;
  }

  get position(): number {
    return this.#position.sequence;
  }

  get committed(): Envelope {
    return this.#committed;
  }

  get remembered(): Remembered {
    return this.#remembered;
  }

  /** Performs what the journal left undone, and fires what is due. */
  start(): void {
    this.#parts.outbox.start();
    this.#parts.timers.update(this.#committed.timers);
  }

  /** One step (A1). */
  take(pending: Pending): void {
    const { command, answer, timer } = pending;
    const known = this.#remembered.replyTo(command.id);
    if (known !== undefined) return answer(known); // A4
    if (command.from !== undefined && this.#remembered.hasHeard(command.from)) return answer(succeed(null)); // A4
    if (timer !== undefined && !this.#isSet(timer)) return answer(succeed(null)); // cancelled on its way here
    let handled: Handled;
    try {
      handled = this.#handle(pending);
    } catch (error) {
      return this.#events.crashed(pending, error);
    }
    if (handled.kind === "refused") return answer(handled.reply);
    if (handled.kind === "read") return this.#read({ pending, reply: handled.reply });
    this.#speculative = handled.after;
    this.#forming.push(handled.step);
    this.#pump();
  }

  #isSet({ name, number }: Timer): boolean {
    return this.#speculative.timers.byName.get(name)?.number === number;
  }

  #handle(pending: Pending): Handled {
    const { behaviour, address, tools, poisonousTimers } = this.#parts;
    const { clock, random, metrics, tracer } = tools;
    const { timer, command } = pending;
    const now = clock.now();
    if (timer !== undefined && poisonousTimers.has(timer.number))
      return endTimer(behaviour, this.#speculative, pending, { timer, now });
    metrics.commands(1, this.#labels);
    const startedMs = clock.monotonicMs();
    const span = tracer.span(`${behaviour.kind} step`, { parent: command.trace });
    try {
      const traced = span.context === undefined ? pending : { ...pending, trace: span.context };
      const handled = handleCommand(behaviour, this.#speculative, traced, { key: address.key, now, random });
      span.end();
      return handled;
    } catch (error) {
      span.end(error);
      throw error;
    } finally {
      metrics.stepMs(clock.monotonicMs() - startedMs, this.#labels);
    }
  }

  /** A step that changes nothing: answered at once, or with the commit whose events it saw (A2). */
  #read(reader: Reader): void {
    if (this.#speculative === this.#committed) this.#answerReader(reader);
    else this.#readers.push(reader);
  }

  #answerReader({ pending, reply }: Reader): void {
    if (this.#parts.ownership.vouched()) return pending.answer(reply);
    pending.answer(fail({ code: "unavailable", reason: "ownership is in doubt", retryAfterMs: 100 }));
  }

  /** The journal learns which effects are performed, if it does not know. */
  mark(): void {
    if (this.#parts.outbox.done === this.#marked) return;
    this.#markDue = true;
    this.#pump();
  }

  /** Removes a note that woke us for nothing. */
  tidyNote(): void {
    this.#tidyDue = true;
    this.#markDue = true;
    this.#pump();
  }

  /** Resolves when everything handled is settled. */
  async finish(): Promise<void> {
    while (this.#appending !== undefined) await this.#appending;
  }

  /** Takes nothing more; what was handled and not appended is given back. The append under way settles by itself. */
  end(): Pending[] {
    this.#ended = true;
    this.#parts.timers.stop();
    return this.#takeUnwritten();
  }

  #takeUnwritten(): Pending[] {
    return [...this.#forming.splice(0), ...this.#readers.splice(0).map(({ pending }) => pending)];
  }

  #pump(): void {
    if (this.#appending !== undefined || this.#ended) return;
    if (this.#forming.length === 0 && this.#readers.length === 0 && !this.#markDue) return;
    this.#appending = this.#append().finally(() => {
      this.#appending = undefined; // A3
      this.#pump();
    });
  }

  async #append(): Promise<void> {
    const group = takeGroup(this.#forming) ?? [];
    const all = this.#forming.length === 0; // readers saw all that was handled, so they wait for the last group
    const readers = all ? this.#readers.splice(0) : [];
    if (group.length === 0 && !this.#markDue) {
      for (const reader of readers) this.#answerReader(reader); // what they saw was written by the commit before
      return;
    }
    const unsettled = [...group, ...readers.map(({ pending }) => pending)];
    const speculative = this.#speculative;
    const timersChange = await this.#noteBefore(group);
    if (timersChange === "unreachable") {
      const failure = {
        code: "unavailable",
        reason: "the wake note cannot be written",
        retryAfterMs: 1_000,
      } as const;
      return this.#refuse(failure, unsettled);
    }

    const done = this.#parts.outbox.done;
    const outcome = await this.#settle(group, done);
    if (outcome.kind === "full" || outcome.kind === "refused")
      return this.#refuse(refusalOf(outcome), unsettled);
    if (outcome.kind !== "stored") return this.#events.contradicted(outcome, unsettled);
    this.#position = outcome.position;
    this.#marked = done;
    this.#markDue = false;
    this.#parts.note.proven();
    const due = this.#commit(group, all ? speculative : undefined);
    this.#events.stored();
    for (const { written, answer } of group) answer(written.reply); // A2
    for (const reader of readers) this.#answerReader(reader);
    this.#parts.outbox.add(due);
    this.#snapshotWhenDue();
    if (timersChange || this.#isMarked) await this.#noteAfter();
  }

  /** Nothing is left to perform, and the journal knows it. */
  get #isMarked(): boolean {
    return this.#parts.outbox.pending.length === 0 && this.#parts.outbox.done === this.#marked;
  }

  /** Lowers the wake note before timers are set and effects asked for (W1). Resolves to whether to look at it afterwards. */
  async #noteBefore(group: readonly PendingStep[]): Promise<boolean | "unreachable"> {
    const { note, tools, address } = this.#parts;
    const timers = group.reduce(
      (before, { written }) => timersAfter(before, written),
      this.#committed.timers,
    );
    const now = tools.clock.now();
    const asks = group.some(({ written }) => written.effects !== undefined) && !note.reaches(now);
    if (timers === this.#committed.timers && !this.#tidyDue && !asks) return false;
    try {
      const next = earliestTimer(timers);
      const sets = timers.last !== this.#committed.timers.last;
      if (asks) await note.before(Math.min(now, next?.at ?? Infinity) as EpochMs);
      else if (next !== undefined && sets) await note.before(next.at);
      else if (!note.isKnown) await note.learn();
      this.#tidyDue = false;
      return true;
    } catch (error) {
      tools.log.warn("wake_note_failed", { actor: addressText(address), error });
      return this.#tidyDue && group.length === 0 ? true : "unreachable";
    }
  }

  async #noteAfter(): Promise<void> {
    const { note, tools, address } = this.#parts;
    try {
      // A note that is too early wakes for nothing: only the end of all timers and effects is worth a write now.
      if (this.#committed.timers.byName.size === 0 && this.#isMarked) await note.settle(undefined);
    } catch (error) {
      tools.log.warn("wake_note_failed", { actor: addressText(address), error });
    }
  }

  async #settle(group: readonly PendingStep[], done: number) {
    const { behaviour, address, tools, ownership } = this.#parts;
    const { clock, random, journal, metrics, tracer } = tools;
    const cid = random.hex(8);
    const { eventVersion = 1 } = behaviour;
    const links: CommitLinks = {
      cid,
      prev: this.#position.cid,
      epoch: ownership.epoch,
      ...(eventVersion === 1 ? {} : { v: eventVersion }),
      ...(done === 0 ? {} : { done }),
    };
    const [first, ...others] = group.map(({ json }) => json);
    const data =
      first === undefined
        ? encodeMark(links, ownership.host, clock.now())
        : encodeCommit(links, [first, ...others]);
    const span = tracer.span(`${behaviour.kind} append`, {
      parent: group[0]?.trace,
      attributes: { steps: group.length, bytes: data.length },
    });
    const startedMs = clock.monotonicMs();
    const outcome = await settleAppend(
      journal,
      { subject: journalSubject(address), expected: this.#position.sequence, cid, data },
      { clock, backoff: new Backoff(random, { baseMs: 20, maxMs: 1_000 }), owned: ownership.owned },
    );
    span.end(outcome.kind === "stored" ? undefined : outcome.kind);
    if (outcome.kind !== "stored") return outcome;
    metrics.commitMs(clock.monotonicMs() - startedMs, this.#labels);
    metrics.commits(1, this.#labels);
    return { kind: "stored", position: { sequence: outcome.sequence, cid } } as const;
  }

  /** The journal has these steps. `after` is the state with them, when it is known. */
  #commit(group: readonly PendingStep[], after: Envelope | undefined): NumberedEffect[] {
    const due: NumberedEffect[] = [];
    let { effects } = this.#committed;
    for (const { written } of group) {
      this.#remembered.add(written);
      if (written.effects === undefined) continue;
      due.push(...effectsOf(written, effects));
      effects += written.effects.length;
    }
    const { behaviour, timers } = this.#parts;
    this.#committed =
      after ?? group.reduce((before, { written }) => applyStep(behaviour, before, written), this.#committed);
    if (!this.#ended) timers.update(this.#committed.timers);
    return due;
  }

  /** Certainly not written: the state goes back, and what was handled on top of it is refused with it. */
  #refuse(failure: RuntimeFailure, refused: readonly Pending[]): void {
    this.#speculative = this.#committed;
    this.#markDue = false; // tried again with the next commit
    for (const { answer } of [...refused, ...this.#takeUnwritten()]) answer(fail(failure));
    const { tools, address } = this.#parts;
    tools.metrics.refusals(1, { ...this.#labels, reason: failure.code });
    tools.log.error("append_refused", { actor: addressText(address), failure });
  }

  #snapshotWhenDue(): void {
    const { behaviour } = this.#parts;
    this.#commitsSinceSnapshot++;
    const every = behaviour.snapshotEveryCommits ?? snapshotEveryCommitsDefault;
    if (this.#saving === undefined && this.#commitsSinceSnapshot >= every) this.#saving = this.#save();
  }

  /** Whoever owns the actor next replays what is behind its last snapshot: worth one beforehand when that is long. */
  async shortenReplay(): Promise<void> {
    if (this.#commitsSinceSnapshot >= replayedAtHandOverMax) await (this.#saving ??= this.#save());
  }

  async #save(): Promise<void> {
    const { behaviour, outbox, tools, address } = this.#parts;
    this.#commitsSinceSnapshot = 0;
    const restored = {
      envelope: this.#committed,
      position: this.#position,
      remembered: this.#remembered,
      done: outbox.done,
      pending: outbox.pending,
    };
    try {
      await tools.snapshots.save(address, snapshotOf(behaviour, restored));
      tools.metrics.snapshotsSaved(1, this.#labels);
    } catch (error) {
      tools.log.warn("snapshot_failed", { actor: addressText(address), error }); // the next one covers it
    }
    this.#saving = undefined;
  }

  /** Before a long rest the note says when to wake (W2). */
  async settleNote(): Promise<void> {
    const { note, tools, address } = this.#parts;
    if (!this.#isMarked) return; // whoever owns the actor next is woken for the rest
    const next: EpochMs | undefined = earliestTimer(this.#committed.timers)?.at;
    await note.settle(next).catch((error: unknown) => {
      tools.log.warn("wake_note_failed", { actor: addressText(address), error });
    });
  }
}

function refusalOf(outcome: Extract<Settled, { kind: "full" | "refused" }>): RuntimeFailure {
  if (outcome.kind === "full") return { code: "stream_full", stream: "journal", retryAfterMs: 5_000 };
  return { code: "stream_refused", stream: "journal", reason: outcome.reason, retryAfterMs: 5_000 };
}
