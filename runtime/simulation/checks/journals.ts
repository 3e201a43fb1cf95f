import type { EpochMs } from "../../../protocols/time.ts";
import { decodeCommit, stepsOf } from "../../entity/commit.ts";
import type { CommittedStep } from "../../entity/commit.ts";
import { journalSubject } from "../../messaging/address.ts";
import type { StreamMessage } from "../../ports/connection.ts";
import { plainStep } from "../workload/account-program.ts";
import { accountAfter, addressOf, handleAccount } from "../workload/account.ts";
import type { AccountMessage, AccountState } from "../workload/account.ts";
import type { History } from "../workload/history.ts";
import type { SimulatedStream } from "../world/stream.ts";
import { epochMs } from "../world/world.ts";

// Reads the journals as an auditor would: from the bytes in the stream, executing every step again.

export interface Written {
  readonly step: CommittedStep;
  readonly storedMs: number;
}
export interface WrittenEffect {
  readonly number: number;
  readonly effect: unknown;
  readonly storedMs: number;
}
interface PendingTimer {
  readonly at: EpochMs;
  readonly message: unknown;
}

/** What one account's journal says. */
export class AccountRecord {
  readonly key: string;
  readonly steps = new Map<string, Written>();
  /** State after so many events, and since when the journal has it. */
  readonly states: { readonly state: AccountState; readonly storedMs: number }[] = [
    { state: { total: 0, count: 0 }, storedMs: 0 },
  ];
  readonly effects: WrittenEffect[] = [];
  readonly timers = new Map<string, PendingTimer>();
  readonly #history: History;
  readonly #violation: (text: string) => void;
  commits = 0;
  #position = 0;
  #cid = "";
  #epoch = 0;
  #version = 1;
  #at = 0;

  constructor(key: string, history: History, violation: (text: string) => void) {
    this.key = key;
    this.#history = history;
    this.#violation = (text) => violation(`journal of ${key}: ${text}`);
  }

  get state(): AccountState {
    return this.states.at(-1)?.state ?? { total: 0, count: 0 };
  }

  /** Reads what was appended since the last time. */
  follow(stream: SimulatedStream): this {
    const messages = stream.of(journalSubject(addressOf(this.key)));
    for (const message of messages.slice(this.commits)) this.#readCommit(message);
    return this;
  }

  #readCommit({ sequence, time, data }: StreamMessage): void {
    const commit = decodeCommit(data);
    if (sequence <= this.#position) this.#violation(`commit ${commit.cid} is out of order`);
    if (commit.prev !== this.#cid)
      this.#violation(`commit ${commit.cid} continues ${commit.prev}, not ${this.#cid}`);
    if (commit.epoch < this.#epoch)
      this.#violation(`commit ${commit.cid} of epoch ${commit.epoch} follows one of ${this.#epoch}`);
    this.#position = sequence;
    this.#cid = commit.cid;
    this.#epoch = commit.epoch;
    this.commits++;
    const steps = stepsOf(commit);
    const { v = 1 } = commit;
    if (steps.length > 0 && v < this.#version)
      this.#violation(`commit ${commit.cid} of version ${v} follows one of ${this.#version}`);
    if (steps.length > 0) this.#version = v;
    for (const step of steps) this.#readStep(plainStep(step), time - epochMs);
  }

  #readStep(step: CommittedStep, storedMs: number): void {
    const { id, at, fired } = step;
    if (this.steps.has(id)) return this.#violation(`command ${id} is written twice`);
    this.steps.set(id, { step, storedMs });
    if (at < this.#at) this.#violation(`time goes back at ${id}`);
    this.#at = at;
    const message = this.#messageOf(step);
    if (fired !== undefined) this.#endTimer(step, fired.name, message);
    if (message === undefined) return;
    this.#executeAgain(step, message);
    for (const event of step.events as AccountMessage[])
      this.states.push({ state: accountAfter(this.state, event), storedMs });
    for (const effect of step.effects ?? [])
      this.effects.push({ number: this.effects.length + 1, effect, storedMs });
    for (const change of step.timers ?? []) {
      if ("cancel" in change) this.timers.delete(change.cancel);
      else this.timers.set(change.set, { at: change.at, message: change.message });
    }
  }

  /** What was asked; undefined for a timer that ended without its handler, because it crashed. */
  #messageOf({ id, events, fired, from }: CommittedStep): AccountMessage | undefined {
    const operation = this.#history.operations.get(id);
    const event = events[0] as AccountMessage | undefined;
    if (operation !== undefined) {
      if (operation.key !== this.key) this.#violation(`command ${id} was for ${operation.key}`);
      if (event !== undefined && !same(event, operation.message))
        this.#violation(`command ${id} was ${JSON.stringify(operation.message)}`);
      return operation.message;
    }
    if (event !== undefined && fired === undefined && from === undefined) {
      const told = this.#history.tells.get(event.ref);
      if (told?.key !== this.key || !same(told.message, event)) this.#violation(`nobody sent command ${id}`);
    }
    return event;
  }

  #endTimer({ id, at }: CommittedStep, name: string, message: AccountMessage | undefined): void {
    const timer = this.timers.get(name);
    if (timer === undefined) return this.#violation(`timer ${id} fired, but ${name} was not set`);
    this.timers.delete(name);
    if (at < timer.at) this.#violation(`timer ${id} fired ${timer.at - at} ms before its time`);
    if (message === undefined && (timer.message as { readonly rings?: number }).rings !== 0)
      this.#violation(`timer ${id} ended unheard`);
    if (message !== undefined && !same(message, timer.message))
      this.#violation(`timer ${id} fired with ${JSON.stringify(message)}`);
  }

  #executeAgain(step: CommittedStep, message: AccountMessage): void {
    const { events, reply, effects = [], timers = [] } = handleAccount(this.state, message, step);
    const expected = { events, reply, effects, timers };
    const written = {
      events: step.events,
      reply: step.reply,
      effects: step.effects ?? [],
      timers: step.timers ?? [],
    };
    if (!same(expected, written))
      this.#violation(`step ${step.id} is ${JSON.stringify(written)}, not ${JSON.stringify(expected)}`);
  }
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
