import { fail, succeed } from "../../../protocols/errors.ts";
import type { EpochMs } from "../../../protocols/time.ts";
import { publish, tell } from "../../actor.ts";
import type { HandleContext, Step } from "../../actor.ts";

// The entity of every schedule: a sum with everything an entity can do. Each event is the message that caused it, so a
// journal alone says what was asked, and the same pure functions say again what had to be answered.

export type AccountMessage =
  | { readonly type: "add"; readonly ref: string; readonly amount: number }
  | { readonly type: "read"; readonly ref: string }
  | { readonly type: "overdraw"; readonly ref: string }
  | { readonly type: "defect"; readonly ref: string }
  | { readonly type: "transfer"; readonly ref: string; readonly to: string; readonly amount: number }
  | { readonly type: "receive"; readonly ref: string; readonly amount: number }
  /** An effect outside, with an event. */
  | { readonly type: "notify"; readonly ref: string }
  /** An effect outside, without one. */
  | { readonly type: "nudge"; readonly ref: string }
  | { readonly type: "announce"; readonly ref: string; readonly lane: number }
  | {
      readonly type: "arm";
      readonly ref: string;
      readonly name: string;
      readonly inMs: number;
      readonly rings: number;
    }
  | { readonly type: "disarm"; readonly ref: string; readonly name: string }
  /** A timer's. It sets itself again while `rings` are left, and crashes when none ever were. */
  | { readonly type: "ring"; readonly ref: string; readonly name: string; readonly rings: number };
export type AccountEvent = AccountMessage;

export interface AccountState {
  readonly total: number;
  /** Events so far. */
  readonly count: number;
}
export interface Notification {
  readonly notify: string;
}
export type AccountFailure = { readonly code: "overdrawn"; readonly count: number };

export const accountKind = "account";
export const addressOf = (key: string) => ({ kind: accountKind, key });
export const lanesSubject = (lane: number): string => `events.lane${lane}`;
/** Between two rings of a timer that sets itself again. */
const ringAgainMs = 700;

type AccountStep = Step<AccountEvent, Notification, AccountFailure>;

export function accountAfter(state: AccountState, event: AccountEvent): AccountState {
  const amounts: Partial<Record<AccountEvent["type"], number>> = { ring: 1 };
  const amount = "amount" in event ? event.amount : (amounts[event.type] ?? 0);
  return { total: state.total + (event.type === "transfer" ? -amount : amount), count: state.count + 1 };
}

export function handleAccount(
  state: AccountState,
  message: AccountMessage,
  { at }: Pick<HandleContext, "at">,
): AccountStep {
  const later = (ms: number): EpochMs => (at + ms) as EpochMs;
  const step: AccountStep = { events: [message], reply: succeed(accountAfter(state, message)) };
  switch (message.type) {
    case "read":
      return { events: [], reply: succeed(state) };
    case "overdraw":
      return { events: [], reply: fail({ code: "overdrawn", count: state.count }) };
    case "defect":
      throw new Error("a defect");
    case "add":
    case "receive":
      return step;
    case "transfer": {
      const { ref, to, amount } = message;
      return { ...step, effects: [tell(addressOf(to), { type: "receive", ref, amount })] };
    }
    case "notify":
      return { ...step, effects: [{ notify: `${message.ref} first` }, { notify: `${message.ref} second` }] };
    case "nudge":
      return { events: [], reply: succeed(state), effects: [{ notify: message.ref }] };
    case "announce":
      return { ...step, effects: [publish(lanesSubject(message.lane), message.ref)] };
    case "arm": {
      const { ref, name, inMs, rings } = message;
      return {
        ...step,
        timers: [{ set: name, at: later(inMs), message: { type: "ring", ref, name, rings } }],
      };
    }
    case "disarm":
      return { ...step, timers: [{ cancel: message.name }] };
    case "ring": {
      if (message.rings === 0) throw new Error("a defect of a timer's message");
      const rings = message.rings - 1;
      if (rings === 0) return step;
      return {
        ...step,
        timers: [{ set: message.name, at: later(ringAgainMs), message: { ...message, rings } }],
      };
    }
  }
}
