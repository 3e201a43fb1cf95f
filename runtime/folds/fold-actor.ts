import { fail } from "../../protocols/errors.ts";
import type { RuntimeFailure } from "../../protocols/errors.ts";
import { Backoff } from "../backoff.ts";
import { reasonOf, setAside } from "../dead-letters.ts";
import type { FoldBehaviour } from "../fold.ts";
import type { Activation, ActivationView } from "../hosting/activation.ts";
import type { ActorTools } from "../hosting/actor-tools.ts";
import { mailboxLengthMax, mailboxRetryAfterMs } from "../limits.ts";
import { addressText } from "../messaging/address.ts";
import type { Address } from "../messaging/address.ts";
import { moved } from "../messaging/command.ts";
import type { ActorReply, Command } from "../messaging/command.ts";
import type { FollowEnd, StreamMessage } from "../ports/connection.ts";
import { lookIntervalMsDefault, opening, shortLook, type FoldLife } from "./fold-life.ts";
import { FoldLook } from "./fold-look.ts";
import { FoldOutbox } from "./fold-outbox.ts";
import { FoldSnapshots } from "./fold-snapshots.ts";
import { messageLetter } from "./letters.ts";
import { isOfNewerVersion } from "./newer-version.ts";
import { Notices } from "./notices.ts";
import { Reading } from "./reading.ts";
import { Hold, type Rebuildable } from "./rebuild.ts";

// One live fold.
//   S1. State and position move together, and are snapshotted together: each message counts exactly once.
//   S2. A message that cannot be folded is written aside, then passed: one bad message stops nothing. A snapshot covers
//       it only if its letter was written, or given up in the open.
//   S3. What the stream lost before we read it is said, by name; the fold goes on with what there is.
//   S4. Whatever throws here costs the one who asked, never the fold: it follows its stream until it is stopped.
//   S5. What a fold hands to others waits in its state until the stream has it. A crash may send it again, under the same
//       id; a fold with much of it waiting reads no further.
//   S6. A message of a newer version stops the fold in front of it, until the program that knows it runs.

export type AnyFold = FoldBehaviour<unknown, unknown>;

/** Folds know one version of their messages; what comes with a newer one is refused by name. */
const messageVersion = 1;
/** A full queue of messages must not keep timers and asks waiting. */
const turnMsMax = 10;

export class FoldActor implements Activation {
  readonly #behaviour: AnyFold;
  readonly #address: Address;
  readonly #tools: ActorTools;
  readonly #labels: { readonly kind: string };
  readonly #stopping = new AbortController();
  readonly #reading = new Reading();
  readonly #look: FoldLook;
  readonly #snapshots: FoldSnapshots;
  readonly #notices: Notices | undefined;
  readonly #outbox: FoldOutbox | undefined;
  readonly #running: Promise<unknown>;
  #ending: Promise<void> | undefined;
  #state: FoldLife = { kind: "loading" };
  /** Resolves when the state is no longer `loading`. */
  #settled = Promise.withResolvers<void>();
  #folded: unknown;
  #restored = false;
  #waiting = 0;
  #usedMs: number;
  #turnStartedMs = 0;
  #restarts = 0;
  #uncounted = 0;
  #diverged = false;
  readonly #hold = new Hold();
  /** A message was passed whose letter may be missing. */
  #unwritten = false;

  constructor(
    behaviour: AnyFold,
    address: Address,
    tools: ActorTools,
    { lookIntervalMs = lookIntervalMsDefault }: { readonly lookIntervalMs?: number } = {},
  ) {
    this.#behaviour = behaviour;
    this.#address = address;
    this.#tools = tools;
    this.#labels = { kind: behaviour.kind };
    this.#usedMs = tools.clock.monotonicMs();
    const { signal } = this.#stopping;
    const looked = { signal, reading: this.#reading, state: () => this.#state };
    this.#look = new FoldLook(behaviour, address, tools, looked);
    const view = { signal, now: () => this.#moment, look: () => this.#look.look() };
    this.#snapshots = new FoldSnapshots(behaviour, address, tools, view);
    const collect = () => behaviour.notices?.(this.#folded, this.#at) ?? [];
    this.#notices =
      behaviour.notices === undefined
        ? undefined
        : new Notices(behaviour, address, tools, { signal, collect });
    if (behaviour.outgoing !== undefined)
      this.#outbox = new FoldOutbox(address, tools, {
        signal,
        collect: (max) => behaviour.outgoing?.(this.#folded, this.#at, max) ?? [],
        sent: (ids) => behaviour.sent?.(this.#folded, ids),
      });
    tools.metrics.activations(1, this.#labels);
    this.#running = Promise.all([this.#run(), this.#watch(lookIntervalMs)]);
  }

  get busy(): boolean {
    return this.#waiting > 0;
  }

  get usedMs(): number {
    return this.#usedMs;
  }

  describe(): ActivationView {
    return {
      status: this.#state.kind,
      mailbox: this.#waiting,
      position: this.#reading.position,
      effectsWaiting: 0,
      timers: 0,
      restarts: this.#restarts,
      ...(this.#look.lag === undefined ? {} : { lag: this.#look.lag }),
      ...(this.#state.kind === "parked" ? { reason: this.#state.reason } : {}),
    };
  }

  async ask({ message, id, v = 1 }: Command): Promise<ActorReply> {
    this.#usedMs = this.#tools.clock.monotonicMs();
    if (v > messageVersion)
      return this.#refuse({ code: "newer_version", what: "message", found: v, supported: messageVersion });
    if (this.#state.kind === "loading") {
      if (this.#waiting >= mailboxLengthMax)
        return this.#refuse({ code: "mailbox_full", retryAfterMs: mailboxRetryAfterMs });
      this.#waiting++;
      await this.#settled.promise;
      this.#waiting--;
    }
    if (this.#stopping.signal.aborted) return moved;
    switch (this.#state.kind) {
      case "stopped":
        return moved;
      case "loading": // again, since
        return this.#refuse({ code: "unavailable", reason: "the fold is opened again", retryAfterMs: 100 });
      case "parked": {
        const { reason, retryAfterMs } = this.#state;
        return this.#refuse({ code: "actor_failed", reason, retryAfterMs });
      }
      case "live":
        return this.#answer(message, id);
    }
  }

  /** Undefined until it is live. */
  get rebuildable(): Rebuildable | undefined {
    if (this.#state.kind !== "live") return undefined;
    return {
      behaviour: this.#behaviour,
      address: this.#address,
      live: () => ({ state: this.#folded, position: this.#reading.position }),
      hold: () => this.#hold.begin(),
      swap: (state) => (this.#folded = state),
      stopped: this.#stopping.signal,
    };
  }

  stop(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    this.#stopping.abort();
    if (this.#state.kind === "live") this.#state.interrupt("stopped");
    await Promise.all([this.#running, this.#outbox?.finish()]);
    await this.#snapshots.finish();
    this.#look.end();
  }

  get #at() {
    return { key: this.#address.key, position: this.#reading.position };
  }

  /** What a snapshot holds now; none when the state is not what the position says (S2). */
  get #moment() {
    if (!this.#restored || this.#unwritten) return undefined;
    const { position, time, covered } = this.#reading;
    return { state: this.#folded, position, time, covered };
  }

  #answer(message: unknown, command: string): ActorReply {
    const { metrics, random, log } = this.#tools;
    metrics.commands(1, this.#labels);
    try {
      return this.#behaviour.ask(this.#folded, message, this.#at) as ActorReply;
    } catch (error) {
      const reference = random.hex(8);
      log.error("fold_ask_failed", { actor: addressText(this.#address), command, reference, error }); // S4
      return fail({ code: "internal", reference });
    }
  }

  #refuse(failure: RuntimeFailure): ActorReply {
    this.#tools.metrics.refusals(1, { ...this.#labels, reason: failure.code });
    return fail(failure);
  }

  #become(state: FoldLife): void {
    if (state.kind === "loading") {
      if (this.#state.kind !== "loading") this.#settled = Promise.withResolvers();
    } else {
      this.#settled.resolve();
    }
    this.#state = state;
  }

  /** Opens and follows until it is stopped (S4). */
  async #run(): Promise<void> {
    const { clock, random, log } = this.#tools;
    const { signal } = this.#stopping;
    const backoff = new Backoff(random, { maxMs: opening.pauseMsMax });
    while (!signal.aborted) {
      const startedMs = clock.monotonicMs();
      try {
        const end = await this.#live();
        if (signal.aborted) break;
        if (clock.monotonicMs() - startedMs > opening.steadyMs) backoff.reset();
        this.#diverged = end === "diverged";
        this.#restarts++;
        this.#tools.metrics.restarts(1, this.#labels);
        log.warn("fold_restarted", { actor: addressText(this.#address), reason: end });
        await clock.sleep(backoff.nextMs(), signal);
      } catch (error) {
        await this.#failed(error, backoff);
      }
    }
    this.#become({ kind: "stopped" });
  }

  async #failed(error: unknown, backoff: Backoff): Promise<void> {
    const { clock, metrics, log } = this.#tools;
    const attempt = backoff.attempts + 1;
    const waitMs = backoff.nextMs();
    log.warn("fold_not_opened", { actor: addressText(this.#address), attempt, error });
    if (attempt >= opening.attemptsMax && !this.#stopping.signal.aborted) {
      if (this.#state.kind !== "parked") metrics.escalations(1, this.#labels);
      this.#become({ kind: "parked", ...reasonOf(error), retryAfterMs: Math.ceil(waitMs) });
    }
    await clock.sleep(waitMs, this.#stopping.signal);
  }

  /** One opening, and what follows until it ends. Throws when it cannot be opened. */
  async #live(): Promise<FollowEnd> {
    const { clock, reader, metrics } = this.#tools;
    const startedMs = clock.monotonicMs();
    if (this.#state.kind === "live") this.#become({ kind: "loading" });
    if (!this.#restored) await this.#restore();
    const { stream } = this.#behaviour;
    const subject = this.#behaviour.subjectOf(this.#address.key);
    await this.#resume();
    if (this.#stopping.signal.aborted) return "stopped";

    const { position, positionTime } = this.#reading;
    const witness = positionTime === undefined ? {} : { afterTime: positionTime };
    const following = await reader.follow({ stream, subject, after: position, ...witness }, (message) =>
      this.#take(message),
    );
    try {
      const { promise, resolve } = Promise.withResolvers<FollowEnd>();
      void following.ended?.then(resolve);
      if (this.#stopping.signal.aborted) return "stopped";
      this.#become({ kind: "live", following, interrupt: resolve });
      this.#outbox?.schedule();
      metrics.replayMs(clock.monotonicMs() - startedMs, this.#labels);
      return await promise;
    } finally {
      await following.stop();
    }
  }

  async #restore(): Promise<void> {
    const { snapshot, state, rejected } = await this.#snapshots.restore();
    if (snapshot === undefined) {
      this.#folded = this.#behaviour.init(this.#address.key);
      if (rejected) this.#reading.expectAll();
    } else {
      this.#folded = state;
      this.#reading.restored(snapshot);
    }
    this.#restored = true;
  }

  /** Finds where to go on (S3): behind the position, or at the start of a stream that is another one now. */
  async #resume(): Promise<void> {
    const { clock, reader } = this.#tools;
    const { stream } = this.#behaviour;
    let bounds = await reader.bounds(stream);
    for (let look = 1; look < shortLook.looksMax && bounds.last < this.#reading.position; look++) {
      await clock.sleep(shortLook.pauseMs, this.#stopping.signal);
      bounds = await reader.bounds(stream);
    }
    const reading = this.#reading;
    const finding = this.#diverged ? reading.rolledBack(bounds) : reading.compare(bounds);
    this.#diverged = false;
    if (finding.kind === "rolled_back") reading.rewind(bounds);
    if (finding.kind !== "whole") await this.#look.tell(finding);
    if (this.#stopping.signal.aborted) return;
    if (finding.kind !== "rolled_back") reading.looked(bounds, reading.position);
  }

  #take(message: StreamMessage): void | Promise<void> {
    if (this.#hold.end !== undefined) return this.#hold.end.then(() => this.#take(message));
    if (this.#reading.passes(message)) return;
    try {
      this.#behaviour.fold(this.#folded, message);
    } catch (error) {
      if (isOfNewerVersion(error)) throw error; // S6
      return this.#setAside(message, error).then((): void | Promise<void> => {
        if (!this.#unwritten) return this.#counted(message); // S2
      });
    }
    return this.#counted(message);
  }

  #counted(message: StreamMessage): void | Promise<void> {
    this.#reading.counted(message); // S1
    this.#uncounted++;
    this.#snapshots.counted();
    this.#notices?.schedule();
    this.#outbox?.schedule();
    const room = this.#outbox?.room; // S5
    if (room !== undefined) return room.then(() => this.#turn());
    if (this.#tools.clock.monotonicMs() - this.#turnStartedMs > turnMsMax) return this.#turn();
  }

  async #turn(): Promise<void> {
    this.#tellFolded();
    await this.#tools.clock.turn();
    this.#turnStartedMs = this.#tools.clock.monotonicMs();
  }

  /** Counted here, told in bulk: a counter of the library costs as much as a small fold. */
  #tellFolded(): void {
    if (this.#uncounted > 0) this.#tools.metrics.foldedMessages(this.#uncounted, this.#labels);
    this.#uncounted = 0;
  }

  async #setAside(message: StreamMessage, error: unknown): Promise<void> {
    const letter = messageLetter(this.#address, this.#behaviour.stream, message, error);
    await setAside(this.#tools, letter, this.#stopping.signal);
    if (this.#stopping.signal.aborted) this.#unwritten = true;
  }

  async #watch(intervalMs: number): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#tools.clock.sleep(intervalMs, signal);
      this.#tellFolded();
      if (signal.aborted) return;
      await this.#look.look();
      if (this.#reading.isMarked) await this.#snapshots.save(); // of use to the next life
    }
  }
}
