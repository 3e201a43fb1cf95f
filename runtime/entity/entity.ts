import { fail } from "../../protocols/errors.ts";
import type { RuntimeFailure } from "../../protocols/errors.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { reasonOf, setAside } from "../dead-letters.ts";
import type { Activation, ActivationView, HeldState } from "../hosting/activation.ts";
import type { ActorTools, Ownership } from "../hosting/actor-tools.ts";
import { effectsWaitingMax, mailboxLengthMax, mailboxRetryAfterMs } from "../limits.ts";
import { addressText, shardOf } from "../messaging/address.ts";
import type { Address } from "../messaging/address.ts";
import { moved } from "../messaging/command.ts";
import type { ActorReply, Command } from "../messaging/command.ts";
import { Defect } from "./defects.ts";
import type { AnyBehaviour, NumberedEffect, Restored } from "./envelope.ts";
import { leftOf, type EntityState, type Living, type Parked } from "./entity-state.ts";
import { Life } from "./life.ts";
import type { Contradiction } from "./life.ts";
import { loadEntity } from "./loading.ts";
import { Outbox } from "./outbox.ts";
import { effectKey, performEffect } from "./perform.ts";
import type { Pending } from "./step-group.ts";
import { Supervision } from "./supervision.ts";
import type { Verdict } from "./supervision.ts";
import { timerCommandId, TimerWatch } from "./timers.ts";
import type { Timer } from "./timers.ts";
import { WakeNote, wakeKey } from "./wake-note.ts";

// One entity actor: its mailbox, and the lives and rests behind it.
//   A1. One step at a time: `handle` is never re-entered, and sees the events of all steps before it.
//   A2. A reply leaves only after everything it reflects is in the journal.
//   A3. One append is under way at most; steps that arrive meanwhile form the next commit.
//   A4. A command id is handled once: a repetition gets the first one's reply, whether that is written, remembered or due.
//   A5. We append only under the epoch we loaded with; whatever contradicts it closes us.
//   A6. An effect is performed only after its commit, in order, until it is done or set aside; a crash repeats it under
//       the same key.
//   A7. A timer ends in the commit of its own step, so it counts once.

const effectsFinishMsMax = 2_000;
/** The journal learns of performed effects this long after the last one, unless a commit tells it sooner. */
const markAfterMs = 1_000;

export class Entity implements Activation {
  readonly #behaviour: AnyBehaviour;
  readonly #address: Address;
  readonly #tools: ActorTools;
  readonly #ownership: Ownership;
  readonly #supervision: Supervision;
  readonly #note: WakeNote;
  readonly #stopping = new AbortController();
  readonly #due = new Map<string, Promise<ActorReply>>();
  readonly #poisonousTimers = new Set<number>();
  readonly #labels: { readonly kind: string };
  #state: EntityState = { kind: "loading" };
  #waiting: Pending[] = [];
  #woken = false;
  #markScheduled = false;
  #usedMs: number;
  /** When somebody must come back for what it left to do. */
  #leftUntil: EpochMs | undefined;

  constructor(behaviour: AnyBehaviour, address: Address, tools: ActorTools, ownership: Ownership) {
    this.#behaviour = behaviour;
    this.#address = address;
    this.#tools = tools;
    this.#ownership = ownership;
    this.#labels = { kind: behaviour.kind };
    this.#usedMs = tools.clock.monotonicMs();
    this.#supervision = new Supervision(tools.clock, tools.random);
    this.#note = new WakeNote(tools.wakes, wakeKey(shardOf(address, tools.shardCount), address));
    tools.metrics.activations(1, this.#labels);
    void this.#open();
  }

  get busy(): boolean {
    const effects = this.#state.kind === "live" ? this.#state.outbox.pending.length : 0;
    return this.#state.kind === "loading" || this.#due.size > 0 || effects > 0;
  }

  get usedMs(): number {
    return this.#usedMs;
  }

  /** Between two lives it is not known what is left to do: it has to come back for it. */
  get wakeAt(): EpochMs | undefined {
    const state = this.#state;
    const now = this.#tools.clock.now();
    if (state.kind === "stopped") return this.#leftUntil;
    if (state.kind === "loading") return now;
    if (state.kind === "parked") return (now + this.#restMs(state)) as EpochMs;
    return leftOf(state, this.#note, now);
  }

  describe(): ActivationView {
    const state = this.#state;
    const living = state.kind === "live" ? state : undefined;
    return {
      status: state.kind,
      mailbox: this.#due.size,
      position: living?.life.position ?? 0,
      effectsWaiting: living?.outbox.pending.length ?? 0,
      timers: living?.life.committed.timers.byName.size ?? 0,
      restarts: this.#supervision.restarts,
      ...(state.kind === "parked" ? { reason: JSON.stringify(state.failure) } : {}),
    };
  }

  get held(): HeldState | undefined {
    if (this.#state.kind !== "live") return undefined;
    const { committed, position } = this.#state.life;
    return { state: committed.state, position };
  }

  ask(command: Command): Promise<ActorReply> {
    this.#usedMs = this.#tools.clock.monotonicMs();
    const state = this.#state;
    if (state.kind === "stopped") return Promise.resolve(moved);
    if (state.kind === "parked") return Promise.resolve(this.#refuse(this.#parkedFailure(state)));
    const known = state.kind === "live" ? state.life.remembered.replyTo(command.id) : undefined;
    if (known !== undefined) return Promise.resolve(known); // A4
    const due = this.#due.get(command.id);
    if (due !== undefined) return due; // A4
    const effects = state.kind === "live" ? state.outbox.pending.length : 0;
    // What other actors tell us is taken all the same: two that tell each other must not wait for each other.
    const congested = effects >= effectsWaitingMax && command.from === undefined;
    if (this.#due.size >= mailboxLengthMax || congested)
      return Promise.resolve(this.#refuse({ code: "mailbox_full", retryAfterMs: mailboxRetryAfterMs }));
    this.#tools.metrics.mailboxDepth(this.#due.size, this.#labels);
    return this.#accept(command);
  }

  /** Its shard's list says that a timer is due. */
  wake(): void {
    this.#woken = true;
    if (this.#state.kind === "live") this.#tidyAfterWaking(this.#state);
  }

  async prepare(): Promise<void> {
    if (this.#state.kind === "live") await this.#state.life.shortenReplay();
  }

  async stop(): Promise<void> {
    if (this.#state.kind === "stopped") return;
    const living = this.#state.kind === "live" ? this.#state : undefined;
    this.#stopping.abort();
    this.#leftUntil = this.wakeAt;
    if (living !== undefined) {
      this.#state = { kind: "loading" }; // new commands wait, and are sent elsewhere below
      await living.life.finish();
      await living.outbox.stop(effectsFinishMsMax);
      living.life.mark();
      await living.life.finish();
      if (this.#ownership.owned()) await living.life.settleNote();
      this.#leftUntil = leftOf(living, this.#note, this.#tools.clock.now());
      living.life.end();
    }
    this.#close();
  }

  #accept(command: Command, timer?: Timer): Promise<ActorReply> {
    const { promise, resolve } = Promise.withResolvers<ActorReply>();
    this.#due.set(command.id, promise);
    const answer = (reply: ActorReply): void => {
      this.#due.delete(command.id);
      resolve(reply);
    };
    const pending: Pending = { command, answer, ...(timer === undefined ? {} : { timer }) };
    if (this.#state.kind === "live") this.#state.life.take(pending);
    else this.#waiting.push(pending);
    return promise;
  }

  #refuse(failure: RuntimeFailure): ActorReply {
    this.#tools.metrics.refusals(1, { ...this.#labels, reason: failure.code });
    return fail(failure);
  }

  #parkedFailure(parked: Parked): RuntimeFailure {
    const { failure } = parked;
    return "retryAfterMs" in failure ? { ...failure, retryAfterMs: this.#restMs(parked) } : failure;
  }

  #restMs({ untilMs }: Parked): number {
    return Math.max(0, Math.ceil(untilMs - this.#tools.clock.monotonicMs()));
  }

  /** Loads until it lives. Rests in between, longer when loading is hopeless. */
  async #open(): Promise<void> {
    const { clock, log, metrics } = this.#tools;
    while (this.#state.kind === "loading" && !this.#stopping.signal.aborted) {
      const startedMs = clock.monotonicMs();
      try {
        const loaded = await loadEntity(this.#behaviour, this.#address, this.#tools, this.#ownership);
        if (loaded.kind === "not_owner") return this.#close();
        if (this.#stopping.signal.aborted) return;
        metrics.replayMs(clock.monotonicMs() - startedMs, this.#labels);
        return this.#live(loaded);
      } catch (error) {
        log.error("actor_not_loaded", { actor: addressText(this.#address), error });
        const verdict = this.#verdictOn(error);
        const retryAfterMs = Math.ceil(verdict.waitMs);
        if (verdict.kind === "restart")
          this.#refuseWaiting({ code: "unavailable", reason: "the actor cannot be loaded", retryAfterMs });
        await this.#rest(verdict, error, error instanceof Defect ? error.failure : undefined);
      }
    }
  }

  #verdictOn(error: unknown): Verdict {
    if (!(error instanceof Defect)) return this.#supervision.interrupted();
    return error.failure === undefined ? this.#supervision.failed() : this.#supervision.hopeless();
  }

  #live(restored: Restored & { readonly replayed: number }): void {
    const { clock } = this.#tools;
    const timers = new TimerWatch(clock, (timer) => this.#fire(timer));
    const outbox = this.#outboxFor(restored);
    const parts = {
      behaviour: this.#behaviour,
      address: this.#address,
      tools: this.#tools,
      ownership: this.#ownership,
      outbox,
      timers,
      note: this.#note,
      poisonousTimers: this.#poisonousTimers,
    };
    const life: Life = new Life(parts, restored, {
      stored: () => this.#supervision.succeeded(),
      crashed: (pending, error) => this.#crashed(living, pending, error),
      contradicted: (outcome, unsettled) => this.#contradicted(living, outcome, unsettled),
    });
    const living: Living = { kind: "live", life, outbox };
    this.#state = living;
    life.start();
    this.#tidyAfterWaking(living);
    for (const pending of this.#waiting.splice(0)) {
      if (this.#state === living) life.take(pending);
      else this.#waiting.push(pending); // a command before this one crashed us
    }
  }

  #outboxFor(restored: Restored): Outbox {
    const { clock, random, log, metrics, tracer } = this.#tools;
    const [behaviour, address, tools] = [this.#behaviour, this.#address, this.#tools];
    const perform = async (due: NumberedEffect): Promise<void> => {
      const state = this.#state.kind === "live" ? this.#state.life.committed.state : restored.envelope.state;
      const span = tracer.span(`${behaviour.kind} effect`, { parent: due.trace });
      try {
        await performEffect({ ...due, trace: span.context }, { behaviour, address, tools, state });
        span.end();
        metrics.effectsPerformed(1, this.#labels);
      } catch (error) {
        span.end(error);
        throw error;
      }
    };
    return new Outbox(
      {
        clock,
        random,
        perform,
        failed: ({ number }, error, attempt) => {
          metrics.effectsFailed(1, this.#labels);
          log.warn("effect_failed", { effect: effectKey(address, number), attempt, error });
        },
        givenUp: ({ number, effect }, error) => {
          const id = effectKey(address, number);
          const letter = { what: "effect", ...address, id, ...reasonOf(error), original: effect } as const;
          return setAside(tools, letter, this.#stopping.signal);
        },
        drained: () => void this.#markLater(),
      },
      restored,
    );
  }

  async #markLater(): Promise<void> {
    if (this.#markScheduled) return;
    this.#markScheduled = true;
    await this.#tools.clock.sleep(markAfterMs, this.#stopping.signal);
    this.#markScheduled = false;
    if (this.#state.kind !== "live") return;
    this.#state.life.mark();
    this.#tidyAfterWaking(this.#state);
  }

  /** What it was woken for is done, or was nothing: the note goes. */
  #tidyAfterWaking({ life, outbox }: Living): void {
    if (!this.#woken || outbox.pending.length > 0) return;
    this.#woken = false;
    if (life.committed.timers.byName.size === 0) life.tidyNote();
  }

  /** Resolves to whether the timer has ended. */
  async #fire(timer: Timer): Promise<boolean> {
    const { v = 1, message } = timer;
    const command = { id: timerCommandId(timer), by: "timer", message, v };
    if (v > (this.#behaviour.messageVersion ?? 1)) return this.#leaveToNewer(timer, v);
    await (this.#due.get(command.id) ?? this.#accept(command, timer));
    const { kind } = this.#state;
    if (kind !== "live") return false;
    const ended = this.#state.life.committed.timers.byName.get(timer.name)?.number !== timer.number;
    if (ended) this.#tools.metrics.timersFired(1, this.#labels);
    return ended;
  }

  /** A newer program set it: it rings when such a program owns the actor again. */
  #leaveToNewer({ name }: Timer, found: number): false {
    const { messageVersion: supported = 1 } = this.#behaviour;
    this.#tools.log.debug("timer_of_newer_version", { actor: addressText(this.#address), name, found });
    this.#refuse({ code: "newer_version", what: "message", found, supported });
    return false;
  }

  #contradicted(living: Living, outcome: Contradiction, unsettled: readonly Pending[]): void {
    const actor = addressText(this.#address);
    const { log } = this.#tools;
    if (outcome.kind === "rolled_back") {
      log.error("journal_rolled_back", { actor, expected: living.life.position, tail: outcome.tail });
    } else if (outcome.kind === "fenced") {
      log.warn("actor_fenced", { actor, epoch: this.#ownership.epoch, newer: outcome.epoch });
      if (outcome.epoch > this.#ownership.epoch) this.#ownership.surrender(); // A5
    }
    // None of these steps is known to be written by us; the next owner, or our next life, answers their repetitions.
    for (const { answer } of unsettled) answer(moved);
    void this.#restart(living, this.#supervision.interrupted(), outcome.kind);
  }

  /** The command that found a defect learns where to look; the actor starts again from its journal. */
  #crashed(living: Living, { command, answer, timer }: Pending, error: unknown): void {
    const reference = this.#tools.random.hex(8);
    const { key } = this.#address;
    const { id, by, message } = command;
    this.#tools.log.error("actor_crashed", {
      actor: addressText(this.#address),
      command: id,
      reference,
      error,
    });
    if (timer !== undefined) this.#poisonousTimers.add(timer.number);
    const original = { by, message };
    const letter = {
      what: "command",
      ...this.#address,
      id: `${key}-${id}`,
      ...reasonOf(error),
      original,
    } as const;
    void setAside(this.#tools, letter); // also when the shard goes meanwhile: nobody else knows of it
    answer(fail({ code: "internal", reference }));
    void this.#restart(living, this.#supervision.failed(), error);
  }

  /** Steps that no append holds are handled again by the next life. */
  async #restart(living: Living, verdict: Verdict, cause: unknown): Promise<void> {
    const again = living.life.end();
    const ending = this.#stopping.signal.aborted || !this.#ownership.owned();
    if (ending) for (const { answer } of again) answer(moved);
    if (this.#state !== living) return; // stopped or restarted before
    if (ending) return this.#close();
    this.#tools.metrics.restarts(1, this.#labels);
    this.#state = { kind: "loading" };
    this.#waiting.push(...again);
    await living.life.finish();
    await living.outbox.stop(effectsFinishMsMax); // what it is doing must not overtake the next life's
    await this.#rest(verdict, cause);
    await this.#open();
  }

  /** Between two lives. A parked actor refuses; the others' commands wait. */
  async #rest({ kind, waitMs }: Verdict, cause: unknown, known?: RuntimeFailure): Promise<void> {
    const { clock, log, metrics } = this.#tools;
    if (this.#stopping.signal.aborted) return;
    if (kind === "park") {
      const { reason } = reasonOf(cause);
      const retryAfterMs = Math.ceil(waitMs);
      const failure = known ?? { code: "actor_failed", reason, retryAfterMs };
      metrics.escalations(1, this.#labels);
      log.error("actor_parked", { actor: addressText(this.#address), reason, restMs: retryAfterMs });
      this.#state = { kind: "parked", failure, untilMs: clock.monotonicMs() + waitMs };
      this.#refuseWaiting(failure);
    }
    await clock.sleep(waitMs, this.#stopping.signal);
    if (this.#state.kind === "parked") this.#state = { kind: "loading" };
  }

  #refuseWaiting(failure: RuntimeFailure): void {
    for (const { answer } of this.#waiting.splice(0)) answer(this.#refuse(failure));
  }

  #close(): void {
    this.#state = { kind: "stopped" };
    this.#stopping.abort();
    for (const { answer } of this.#waiting.splice(0)) answer(moved);
  }
}
