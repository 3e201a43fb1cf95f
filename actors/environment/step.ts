import type { HandleContext, Step, TimerChange } from "../../runtime/index.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { EnvironmentMessage } from "../../protocols/environment-messages.ts";
import type { Failure } from "../../protocols/failures.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { applyEnvironment, type EnvironmentEvent, type EnvironmentState } from "./state.ts";

/** Tell the folds what a version changed, or all of it, then show gateways its plan: in this order (see DefinitionRecord). */
export interface DistributeEffect {
  readonly kind: "distribute";
  readonly version: number;
  readonly all?: true;
}

export type EnvironmentStep = Step<EnvironmentEvent, DistributeEffect, Failure>;
export type MessageOf<Type extends EnvironmentMessage["type"]> = Extract<EnvironmentMessage, { type: Type }>;

export const refuse = (failure: Failure): EnvironmentStep => ({ events: [], reply: fail(failure) });
export const answer = (value: unknown): EnvironmentStep => ({ events: [], reply: succeed(value) });

export const after = (
  state: EnvironmentState,
  events: readonly EnvironmentEvent[],
  { at: time }: Pick<HandleContext, "at">,
): EnvironmentState => events.reduce((next, event) => applyEnvironment(next, event, { time }), state);

/** What was told is told again long before the events stream forgets it, for folds that begin anew. */
const announceEveryMs = 86_400_000;

export const distribute = (
  what: Omit<DistributeEffect, "kind">,
  { at }: Pick<HandleContext, "at">,
): Required<Pick<EnvironmentStep, "effects" | "timers">> => ({
  effects: [{ kind: "distribute", ...what }],
  timers: [announceTimer(at)],
});

export const announceTimer = (at: EpochMs): TimerChange => ({
  set: "announce",
  at: (at + announceEveryMs) as EpochMs,
  message: { type: "announce" },
});
