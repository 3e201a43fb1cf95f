import { tell } from "../../actor.ts";
import type { Behaviour, RuntimeEffect, TimerChange } from "../../actor.ts";
import type { CommittedStep } from "../../entity/commit.ts";
import { accountAfter, accountKind, handleAccount } from "./account.ts";
import type { AccountEvent, AccountFailure, AccountMessage, AccountState, Notification } from "./account.ts";
import type { Versions } from "./release.ts";

// The account as a program of some versions keeps, writes and reads it. The newer forms are such that an older program
// that took them for its own would not throw, but go wrong: what must save it is that it is told the version.

interface Doubled {
  readonly doubled: number;
  readonly count: number;
}
interface Entry {
  readonly entry: AccountEvent;
}
interface Request {
  readonly request: AccountMessage;
}
type Effect = Notification | RuntimeEffect;
type Behaves = Behaviour<unknown, AccountMessage, unknown, Notification, AccountFailure>;

export const requestOf = (message: AccountMessage, version: number): unknown =>
  version === 1 ? message : ({ request: message } satisfies Request);

const messageOf = (message: unknown): AccountMessage =>
  isIn("request", message) ? (message as Request).request : (message as AccountMessage);
const eventOf = (event: unknown): AccountEvent =>
  isIn("entry", event) ? (event as Entry).entry : (event as AccountEvent);
const isIn = (name: string, value: unknown): boolean =>
  typeof value === "object" && value !== null && name in value;

const isTell = (effect: Effect): effect is Extract<RuntimeEffect, { runtime: "tell" }> =>
  "runtime" in effect && effect.runtime === "tell";

export function accountBehaviour(
  perform: (notification: Notification, idempotencyKey: string) => Promise<void>,
  { state: stateVersion, events, messages }: Pick<Versions, "state" | "events" | "messages">,
): Behaves {
  const close = (state: AccountState): unknown =>
    stateVersion === 1 ? state : ({ doubled: 2 * state.total, count: state.count } satisfies Doubled);
  const open = (held: unknown): AccountState => {
    if (stateVersion === 1) return held as AccountState;
    const { doubled, count } = held as Doubled;
    return { total: doubled / 2, count };
  };
  const eventRead = (event: unknown): AccountEvent =>
    events === 1 ? (event as AccountEvent) : (event as Entry).entry;
  const effectSent = (effect: Effect): Effect =>
    isTell(effect) && messages > 1
      ? tell(effect.to, requestOf(effect.message as AccountMessage, messages), messages)
      : effect;
  const timerSet = (change: TimerChange): TimerChange =>
    "set" in change ? { ...change, message: requestOf(change.message as AccountMessage, messages) } : change;
  const handle: Behaves["handle"] = (held, message, context) => {
    const step = handleAccount(open(held), message, context);
    return {
      ...step,
      events: step.events.map((event) => (events === 1 ? event : { entry: event })),
      ...(step.effects === undefined ? {} : { effects: step.effects.map(effectSent) }),
      ...(step.timers === undefined ? {} : { timers: step.timers.map(timerSet) }),
    };
  };
  return {
    kind: accountKind,
    version: stateVersion,
    ...(events === 1 ? {} : { eventVersion: events, upcast: (event) => ({ entry: event }) }),
    ...(messages === 1 ? {} : { messageVersion: messages }),
    snapshotEveryCommits: 6,
    init: () => close({ total: 0, count: 0 }),
    parse: (message, version) => {
      const opened = messages === 1 || version === 1 ? message : (message as Request).request;
      if (typeof (opened as { type?: unknown }).type !== "string")
        throw new Error("no message of an account");
      return opened as AccountMessage;
    },
    handle,
    apply: (held, event) => close(accountAfter(open(held), eventRead(event))),
    perform: (notification, { idempotencyKey }) => perform(notification, idempotencyKey),
  };
}

/** A step as the oldest program would have written it: what an auditor compares. */
export function plainStep(step: CommittedStep): CommittedStep {
  const { events, effects, timers, ...others } = step;
  return {
    ...others,
    events: events.map(eventOf),
    ...(effects === undefined ? {} : { effects: effects.map((effect) => plainEffect(effect as Effect)) }),
    ...(timers === undefined ? {} : { timers: timers.map(plainTimer) }),
  };
}

const plainEffect = (effect: Effect): Effect =>
  isTell(effect) ? tell(effect.to, messageOf(effect.message)) : effect;
const plainTimer = (change: TimerChange): TimerChange =>
  "set" in change ? { set: change.set, at: change.at, message: messageOf(change.message) } : change;
