import { Buffer } from "node:buffer";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply, RuntimeFailure } from "../../protocols/errors.ts";
import type { EpochMs } from "../../protocols/time.ts";
import type { TimerChange } from "../actor.ts";
import { issuesOfThrown } from "../messaging/command.ts";
import type { ActorReply } from "../messaging/command.ts";
import { stepBytesMax } from "../limits.ts";
import type { Random } from "../ports/random.ts";
import type { CommittedStep, WrittenTimerChange } from "./commit.ts";
import { applyStep } from "./envelope.ts";
import type { AnyBehaviour, Envelope } from "./envelope.ts";
import type { Pending, PendingStep } from "./step-group.ts";
import { timerCommandId } from "./timers.ts";
import type { Timer } from "./timers.ts";

export type Handled =
  /** The behaviour never saw it. */
  | { readonly kind: "refused"; readonly reply: ActorReply }
  /** It changes nothing: a question, or a refusal by the behaviour. */
  | { readonly kind: "read"; readonly reply: ActorReply }
  | { readonly kind: "step"; readonly step: PendingStep; readonly after: Envelope };

/** One command against one state, in memory. Whatever throws here is a defect of the behaviour. */
export function handleCommand(
  behaviour: AnyBehaviour,
  before: Envelope,
  pending: Pending,
  context: {
    readonly key: string;
    readonly now: EpochMs;
    readonly random: Random;
  },
): Handled {
  const { command, timer, trace } = pending;
  const parsed = parse(behaviour, command.message, command.v ?? 1);
  if (!parsed.ok) {
    if (timer !== undefined) throw new Error(`its own timer's message: ${JSON.stringify(parsed.failure)}`);
    return { kind: "refused", reply: parsed };
  }
  const at = timeOf(before, context.now, timer);
  const step = behaviour.handle(before.state, parsed.value, {
    key: context.key,
    at,
    by: command.by,
    get entropy() {
      return context.random.hex(16); // few handlers want it
    },
  });
  const { events, effects = [], timers = [] } = step;
  if (events.length === 0 && effects.length === 0 && timers.length === 0 && timer === undefined)
    return { kind: "read", reply: step.reply as ActorReply };
  return stepped(behaviour, before, pending, {
    id: command.id,
    by: command.by,
    at,
    events,
    reply: step.reply as Reply,
    ...(effects.length === 0 ? {} : { effects }),
    ...(timers.length === 0 ? {} : { timers: timers.map((change) => versioned(change, behaviour)) }),
    ...(timer === undefined ? {} : { fired: { name: timer.name, number: timer.number } }),
    ...(command.from === undefined ? {} : { from: command.from }),
    ...(effects.length === 0 || !isSampled(trace) ? {} : { trace }),
  });
}

/** An actor's time never goes back, also when the clock does between a timer's ring and its step. */
const timeOf = (before: Envelope, now: EpochMs, timer: Timer | undefined): EpochMs =>
  Math.max(before.at, now, timer?.at ?? 0) as EpochMs;

/** A trace that nobody records is not worth its bytes in the journal. */
const isSampled = (trace: string | undefined): trace is string => trace?.endsWith("-01") === true;

const versioned = (change: TimerChange, { messageVersion: v }: AnyBehaviour): WrittenTimerChange =>
  "cancel" in change || v === undefined ? change : { ...change, v };

/** Ends a timer whose message crashed the actor, without asking the behaviour again. */
export function endTimer(
  behaviour: AnyBehaviour,
  before: Envelope,
  pending: Pending,
  { timer, now }: { readonly timer: Timer; readonly now: EpochMs },
): Handled {
  return stepped(behaviour, before, pending, {
    id: timerCommandId(timer),
    by: pending.command.by,
    at: timeOf(before, now, timer),
    events: [],
    reply: succeed(null),
    fired: { name: timer.name, number: timer.number },
  });
}

function stepped(
  behaviour: AnyBehaviour,
  before: Envelope,
  pending: Pending,
  written: CommittedStep,
): Handled {
  const json = JSON.stringify(written);
  const bytes = Buffer.byteLength(json);
  if (bytes > stepBytesMax) throw new Error(`a step of ${bytes} bytes exceeds ${stepBytesMax}`);
  const after = applyStep(behaviour, before, written);
  return { kind: "step", step: { ...pending, written, json, bytes }, after };
}

function parse(behaviour: AnyBehaviour, message: unknown, found: number): Reply<unknown, RuntimeFailure> {
  const supported = behaviour.messageVersion ?? 1;
  if (found > supported) return fail({ code: "newer_version", what: "message", found, supported });
  try {
    return succeed(behaviour.parse(message, found));
  } catch (error) {
    return fail({ code: "invalid_message", issues: issuesOfThrown(error) });
  }
}
