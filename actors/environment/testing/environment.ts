import assert from "node:assert/strict";
import { EnvironmentMessage, type EnvironmentView } from "../../../protocols/environment-messages.ts";
import type { Failure } from "../../../protocols/failures.ts";
import type { Plan } from "../../../protocols/plan.ts";
import type { EpochMs } from "../../../protocols/time.ts";
import type { Step, TimerChange } from "../../../runtime/index.ts";
import { distributionOf, type Distribution } from "../definitions.ts";
import { handleEnvironment, type DistributeEffect } from "../environment.ts";
import {
  applyEnvironment,
  emptyEnvironment,
  type EnvironmentEvent,
  type EnvironmentState,
} from "../state.ts";

// An environment asked in memory, at instants the test chooses, and the drafts most tests begin with.

export const start = 1_700_000_000_000 as EpochMs;
export const day = 86_400_000;

type Loose = Readonly<Record<string, unknown>>;

export const flag = (key: string, members: Loose = {}) => ({
  type: "put_flag",
  flag: {
    key,
    type: "boolean",
    variations: [
      { key: "off", value: false },
      { key: "on", value: true },
    ],
    offVariation: "off",
    fallthrough: { variation: "on" },
    ...members,
  },
});
export const metric = {
  type: "put_metric",
  metric: { key: "bought", definition: { type: "binary", event: "buy" } },
};
export const weighted = (control: number) => [
  { key: "control", variation: "off", weight: control },
  { key: "treatment", variation: "on", weight: 10_000 - control },
];
export const experiment = (members: Loose = {}) => ({
  type: "put_experiment",
  experiment: {
    key: "checkout",
    flag: "checkout",
    variants: weighted(5_000),
    control: "control",
    metrics: { primary: "bought" },
    ...members,
  },
});
/** The flag of an experiment of the same key. */
export const serving = (key: string) => flag(key, { fallthrough: { experiment: key } });
export const drafted = [metric, experiment(), serving("checkout")];
export const move = (action: string, key = "checkout") => ({ type: "lifecycle", experiment: key, action });

export interface Asked {
  readonly state: EnvironmentState;
  readonly reply: Step<EnvironmentEvent, DistributeEffect, Failure>["reply"];
  readonly events: readonly EnvironmentEvent[];
  readonly timers: readonly TimerChange[];
  /** What the last message distributes. */
  readonly distributed: Distribution | undefined;
}

/** Asks one after the other, each with the state that those before left; tells of the last. */
export function ask(
  from: EnvironmentState,
  messages: readonly unknown[],
  { at = start, by = "weir_s123" }: { at?: number; by?: string } = {},
): Asked {
  let state = from;
  let last: Asked | undefined;
  for (const message of messages) {
    const context = { key: "production", at: at as EpochMs, by, entropy: "0123456789abcdef".repeat(4) };
    const step = handleEnvironment(state, EnvironmentMessage.parse(message), context);
    for (const event of step.events) state = applyEnvironment(state, event, { time: context.at });
    const [effect] = (step.effects ?? []) as readonly DistributeEffect[];
    const distribution = effect === undefined ? undefined : distributionOf(state, effect);
    const distributed = distribution?.ok === true ? distribution.value : undefined;
    last = { state, reply: step.reply, events: step.events, timers: step.timers ?? [], distributed };
  }
  assert.ok(last !== undefined, "something is asked");
  return last;
}

export const begun = (): EnvironmentState =>
  ask(emptyEnvironment(), [{ type: "begin", environment: "production", partitions: 2 }]).state;

/** The state that messages leave, all of which must be accepted. */
export function left(messages: readonly unknown[], from = begun(), at: number = start): EnvironmentState {
  return messages.reduce<EnvironmentState>((state, message) => {
    const asked = ask(state, [message], { at });
    valueOf(asked);
    return asked.state;
  }, from);
}

export function valueOf<Value>({ reply }: Pick<Asked, "reply">): Value {
  assert.ok(reply.ok, JSON.stringify(reply));
  return reply.value as Value;
}
export function failureOf({ reply }: Pick<Asked, "reply">): Failure {
  assert.ok(!reply.ok, "it is refused");
  return reply.failure;
}
export const planOf = ({ distributed }: Asked): Plan => {
  assert.ok(distributed !== undefined, "a plan goes out");
  return distributed.plan;
};
export const viewOf = (state: EnvironmentState): EnvironmentView =>
  valueOf<EnvironmentView>(ask(state, [{ type: "get" }]));
