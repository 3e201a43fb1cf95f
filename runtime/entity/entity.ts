import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply, RuntimeFailure } from "../../protocols/errors.ts";
import type { EpochMs } from "../../protocols/time.ts";
import type { Activation } from "../hosting/activation.ts";
import type { ActorTools, Ownership } from "../hosting/actor-tools.ts";
import type { Address } from "../messaging/address.ts";
import { addressText, journalSubject } from "../messaging/address.ts";
import { Backoff } from "../backoff.ts";
import { issuesOfThrown, moved } from "../messaging/command.ts";
import type { ActorReply, Command } from "../messaging/command.ts";
import { commitOf } from "./commit.ts";
import type { CommittedStep } from "./commit.ts";
import { EffectQueue } from "./effects.ts";
import type { DueEffect } from "./effects.ts";
import { loadEntity } from "./loading.ts";
import { applyStep, snapshotOf } from "./envelope.ts";
import type { AnyBehaviour, Envelope, JournalPosition } from "./envelope.ts";
import { settleAppend } from "./settle.ts";
import type { Settled } from "./settle.ts";
import { effectsWaitingMax, mailboxLengthMax, mailboxRetryAfterMs, stepBytesMax } from "../limits.ts";
import type { RememberedReplies } from "./remembered-replies.ts";
import { takeGroup } from "./step-group.ts";
import type { Pending, PendingStep, Reader } from "./step-group.ts";

// One live entity actor.
//   A1. One step at a time: `handle` is never re-entered, and sees the events of all steps before it.
//   A2. A reply leaves only after everything it reflects is in the journal.
//   A3. One append is under way at most; steps that arrive meanwhile form the next commit.
//   A4. A command id is handled once: a repetition gets the first one's reply, whether that is written, remembered or due.
//   A5. We append only under the epoch we loaded with; whatever contradicts it closes us.

interface Live {
  readonly kind: "live";
  /** What the journal holds. */
  committed: Envelope;
  position: JournalPosition;
  /** The same, with the steps that are still on their way. */
  speculative: Envelope;
  readonly remembered: RememberedReplies;
  readonly forming: PendingStep[];
  /** Questions that saw what is on its way: answered with it. */
  readonly readers: Reader[];
  appending: boolean;
}
type State = { readonly kind: "loading" } | Live | { readonly kind: "stopped" };

const snapshotEveryCommitsDefault = 1_000;
const effectsFinishMsMax = 2_000;
/** One caller's poisonous command may not keep an actor from everybody else for longer. */
const restartMsMax = 2_000;

/** Everything handled that no append holds yet. */
const takeUnwritten = (live: Live): Pending[] => [
  ...live.forming.splice(0),
  ...live.readers.splice(0).map(({ pending }) => pending),
];

export class Entity implements Activation {
  readonly #behaviour: AnyBehaviour;
  readonly #address: Address;
  readonly #tools: ActorTools;
  readonly #ownership: Ownership;
  readonly #effects: EffectQueue;
  readonly #restarts: Backoff;
  readonly #stopping = new AbortController();
  readonly #due = new Map<string, Promise<ActorReply>>();
  #state: State = { kind: "loading" };
  #waiting: Pending[] = [];
  #appended: Promise<void> = Promise.resolve();
  #commitsSinceSnapshot = 0;
  #saving = false;
  #lastAt = 0;
  #usedMs: number;

  constructor(behaviour: AnyBehaviour, address: Address, tools: ActorTools, ownership: Ownership) {
    this.#behaviour = behaviour;
    this.#address = address;
    this.#tools = tools;
    this.#ownership = ownership;
    this.#usedMs = tools.clock.monotonicMs();
    this.#restarts = new Backoff(tools.random, { maxMs: restartMsMax });
    this.#effects = new EffectQueue(async ({ effect, idempotencyKey }) => {
      await behaviour.perform?.(effect, { key: address.key, idempotencyKey });
    }, tools);
    void this.#open();
  }

  get busy(): boolean {
    return this.#due.size > 0 || this.#effects.length > 0;
  }

  get usedMs(): number {
    return this.#usedMs;
  }

  ask(command: Command): Promise<ActorReply> {
    this.#usedMs = this.#tools.clock.monotonicMs();
    const state = this.#state;
    if (state.kind === "stopped") return Promise.resolve(moved);
    const known = state.kind === "live" ? state.remembered.get(command.id) : undefined;
    if (known !== undefined) return Promise.resolve(known); // A4
    const due = this.#due.get(command.id);
    if (due !== undefined) return due; // A4
    if (this.#due.size >= mailboxLengthMax || this.#effects.length >= effectsWaitingMax) {
      return Promise.resolve(fail({ code: "mailbox_full", retryAfterMs: mailboxRetryAfterMs }));
    }
    const { promise, resolve } = Promise.withResolvers<ActorReply>();
    this.#due.set(command.id, promise);
    const pending: Pending = {
      command,
      answer: (reply) => {
        this.#due.delete(command.id);
        resolve(reply);
      },
    };
    if (state.kind === "live") this.#take(state, pending);
    else this.#waiting.push(pending);
    return promise;
  }

  async stop(): Promise<void> {
    if (this.#state.kind === "stopped") return;
    const live = this.#state.kind === "live" ? this.#state : undefined;
    this.#stopping.abort();
    if (live !== undefined) {
      this.#state = { kind: "loading" }; // new commands wait, and are sent elsewhere below
      while (live.appending || live.forming.length > 0 || live.readers.length > 0) {
        this.#pump(live);
        await this.#appended;
      }
    }
    this.#close();
    await this.#effects.stop(effectsFinishMsMax);
  }

  async #open(): Promise<void> {
    const { log } = this.#tools;
    while (this.#state.kind === "loading" && !this.#stopping.signal.aborted) {
      try {
        const loaded = await loadEntity(this.#behaviour, this.#address, this.#tools, this.#ownership);
        if (loaded.kind === "not_owner") return this.#close();
        if (this.#stopping.signal.aborted) return;
        const { envelope, position, remembered } = loaded;
        this.#serve({
          kind: "live",
          committed: envelope,
          position,
          speculative: envelope,
          remembered,
          forming: [],
          readers: [],
          appending: false,
        });
        return;
      } catch (error) {
        log.error("actor_not_loaded", {
          actor: addressText(this.#address),
          attempt: this.#restarts.attempts + 1,
          error,
        });
        const waitMs = this.#restarts.nextMs();
        const failure = {
          code: "unavailable",
          reason: "the actor cannot be loaded",
          retryAfterMs: Math.ceil(waitMs),
        } as const;
        for (const { answer } of this.#waiting.splice(0)) answer(fail(failure));
        await this.#tools.clock.sleep(waitMs, this.#stopping.signal);
      }
    }
  }

  #serve(live: Live): void {
    this.#state = live;
    const { key } = this.#address;
    const effects = this.#behaviour.resume?.(live.committed.state, key) ?? [];
    this.#effects.add(this.#dueEffects(effects, `${live.position.sequence}/resume`));
    for (const pending of this.#waiting.splice(0)) this.#take(live, pending);
  }

  /** One step (A1). Whatever throws here is a defect of the behaviour. */
  #take(live: Live, pending: Pending): void {
    if (this.#state !== live) return void this.#waiting.push(pending); // a command before this one crashed us
    const { command, answer } = pending;
    const known = live.remembered.get(command.id);
    if (known !== undefined) return answer(known); // A4: it waited while the journal was read
    const parsed = this.#parse(command.message);
    if (!parsed.ok) return answer(parsed);

    const at = Math.max(this.#lastAt, this.#tools.clock.now()) as EpochMs; // an actor's time never goes back
    this.#lastAt = at;
    this.#tools.metrics.commands(1, { kind: this.#behaviour.kind });
    try {
      const context = { key: this.#address.key, at, by: command.by, entropy: this.#tools.random.hex(16) };
      const step = this.#behaviour.handle(live.speculative.state, parsed.value, context);
      if (step.events.length === 0) {
        return this.#read(live, { pending, reply: step.reply as ActorReply, effects: step.effects ?? [] });
      }
      const written: CommittedStep = {
        id: command.id,
        by: command.by,
        at,
        events: step.events,
        reply: step.reply as Reply,
      };
      const bytes = Buffer.byteLength(JSON.stringify(written));
      if (bytes > stepBytesMax) throw new Error(`a step of ${bytes} bytes exceeds ${stepBytesMax}`);
      live.speculative = applyStep(this.#behaviour, live.speculative, written);
      live.forming.push({ ...pending, written, bytes, effects: step.effects ?? [] });
    } catch (error) {
      return this.#crash(live, pending, error);
    }
    this.#pump(live);
  }

  #parse(message: unknown): Reply<unknown, RuntimeFailure> {
    try {
      return succeed(this.#behaviour.parse(message));
    } catch (error) {
      return fail({ code: "invalid_message", issues: issuesOfThrown(error) });
    }
  }

  /** A step without events: answered at once, or with the commit whose events it saw (A2). */
  #read(live: Live, reader: Reader): void {
    if (live.speculative === live.committed) this.#answerReader(live, reader);
    else live.readers.push(reader);
  }

  #answerReader(live: Live, { pending, reply, effects }: Reader): void {
    if (!this.#ownership.vouched()) {
      return pending.answer(
        fail({ code: "unavailable", reason: "ownership is in doubt", retryAfterMs: 100 }),
      );
    }
    pending.answer(reply);
    this.#effects.add(this.#dueEffects(effects, `${live.position.sequence}/${pending.command.id}`));
  }

  #pump(live: Live): void {
    if (live.appending || (live.forming.length === 0 && live.readers.length === 0)) return;
    live.appending = true; // A3
    this.#appended = this.#append(live).finally(() => {
      live.appending = false;
      if (this.#state === live) this.#pump(live);
    });
  }

  async #append(live: Live): Promise<void> {
    const { clock, metrics, random, journal } = this.#tools;
    const group = takeGroup(live.forming);
    const all = live.forming.length === 0; // readers saw all that was handled, so they wait for the last group
    const readers = all ? live.readers.splice(0) : [];
    const after = all ? live.speculative : undefined;
    if (group === undefined) {
      for (const reader of readers) this.#answerReader(live, reader); // what they saw was written by the commit before
      return;
    }

    const steps = group.map(({ written }) => written) as [CommittedStep, ...CommittedStep[]];
    const links = { cid: random.hex(8), prev: live.position.cid, epoch: this.#ownership.epoch };
    const commit = commitOf(links, steps);
    const startedMs = clock.monotonicMs();
    const outcome = await settleAppend(
      journal,
      { subject: journalSubject(this.#address), expected: live.position.sequence, commit },
      { clock, backoff: new Backoff(random, { baseMs: 20, maxMs: 1_000 }), owned: this.#ownership.owned },
    );
    if (outcome.kind !== "stored")
      return this.#notStored(live, outcome, [...group, ...readers.map(({ pending }) => pending)]);

    metrics.commitMs(clock.monotonicMs() - startedMs, { kind: this.#behaviour.kind });
    metrics.commits(1, { kind: this.#behaviour.kind });
    live.position = { sequence: outcome.sequence, cid: commit.cid };
    live.committed =
      after ??
      group.reduce((before, { written }) => applyStep(this.#behaviour, before, written), live.committed);
    if (live.speculative === after) live.speculative = live.committed;
    this.#restarts.reset();
    let index = 0;
    for (const { written, answer, effects } of group) {
      live.remembered.add(written.id, written.reply);
      answer(written.reply); // A2
      this.#effects.add(this.#dueEffects(effects, String(outcome.sequence), index));
      index += effects.length;
    }
    for (const reader of readers) this.#answerReader(live, reader);
    this.#snapshotWhenDue(live);
  }

  #notStored(live: Live, outcome: Exclude<Settled, { kind: "stored" }>, refused: readonly Pending[]): void {
    const actor = addressText(this.#address);
    const { log } = this.#tools;
    switch (outcome.kind) {
      case "full": {
        // Certainly not written: the state goes back, and what was handled on top of it is refused with it.
        const failure = { code: "stream_full", stream: "journal", retryAfterMs: 5_000 } as const;
        live.speculative = live.committed;
        for (const { answer } of [...refused, ...takeUnwritten(live)]) answer(fail(failure));
        return log.error("journal_full", { actor });
      }
      case "rolled_back":
        log.error("journal_rolled_back", { actor, expected: live.position.sequence, tail: outcome.tail });
        break;
      case "fenced":
        log.warn("actor_fenced", { actor, epoch: this.#ownership.epoch, newer: outcome.epoch });
        if (outcome.epoch > this.#ownership.epoch) this.#ownership.surrender(); // A5
        break;
      case "abandoned":
        break;
    }
    // None of these steps is known to be written by us; the next owner, or our next life, answers their repetitions.
    for (const { answer } of refused) answer(moved);
    this.#restart(live);
  }

  /** The command that found a defect learns where to look; the actor starts again from its journal. */
  #crash(live: Live, { command, answer }: Pending, error: unknown): void {
    const reference = this.#tools.random.hex(8);
    this.#tools.log.error("actor_crashed", {
      actor: addressText(this.#address),
      command: command.id,
      reference,
      error,
    });
    answer(fail({ code: "internal", reference }));
    this.#restart(live);
  }

  /** Steps that no append holds are handled again by the next life; the append under way settles by itself. */
  #restart(live: Live): void {
    const again = takeUnwritten(live);
    const ending = this.#stopping.signal.aborted || !this.#ownership.owned();
    if (ending) for (const { answer } of again) answer(moved);
    if (this.#state !== live) return; // stopped or restarted before
    if (ending) return this.#close();
    this.#tools.metrics.restarts(1, { kind: this.#behaviour.kind });
    this.#state = { kind: "loading" };
    this.#waiting.push(...again);
    const waitMs = this.#restarts.nextMs();
    void this.#appended
      .then(() => this.#tools.clock.sleep(waitMs, this.#stopping.signal))
      .then(() => this.#open());
  }

  #close(): void {
    this.#state = { kind: "stopped" };
    this.#stopping.abort();
    for (const { answer } of this.#waiting.splice(0)) answer(moved);
  }

  #dueEffects(effects: readonly unknown[], place: string, from = 0): DueEffect[] {
    return effects.map((effect, index) => ({
      effect,
      idempotencyKey: `${addressText(this.#address)}/${place}/${from + index}`,
    }));
  }

  #snapshotWhenDue(live: Live): void {
    this.#commitsSinceSnapshot++;
    if (
      this.#saving ||
      this.#commitsSinceSnapshot < (this.#behaviour.snapshotEveryCommits ?? snapshotEveryCommitsDefault)
    )
      return;
    this.#saving = true;
    this.#commitsSinceSnapshot = 0;
    const { committed: envelope, position, remembered } = live;
    this.#tools.snapshots
      .save(this.#address, snapshotOf(this.#behaviour, { envelope, position, remembered }))
      .catch((error: unknown) =>
        this.#tools.log.warn("snapshot_failed", { actor: addressText(this.#address), error }),
      )
      .finally(() => (this.#saving = false));
  }
}
