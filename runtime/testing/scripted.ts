import { z } from "zod";
import { succeed } from "../../protocols/errors.ts";
import type { Behaviour, TimerChange } from "../actor.ts";
import type { ActorTools } from "../hosting/actor-tools.ts";
import { Entity } from "../entity/entity.ts";
import type { ActorReply } from "../messaging/command.ts";
import { ownershipOf } from "./actor-tools.ts";

/** What an actor is told to do next. */
const Script = z.object({
  events: z.array(z.string()).default([]),
  effects: z.array(z.unknown()).default([]),
  timers: z.array(z.unknown()).default([]),
  crash: z.boolean().default(false),
});
export type Script = z.input<typeof Script>;

export interface ScriptedOptions {
  readonly perform?: (effect: unknown, key: string, state: readonly string[]) => Promise<void>;
  readonly accepts?: (key: string) => boolean;
  readonly eventVersion?: number;
  readonly messageVersion?: number;
  readonly upcast?: (event: unknown, version: number) => string;
  readonly version?: number;
  readonly snapshotEveryCommits?: number;
}

/** An actor that does as its messages say; its state is its events. The event `cursed` never applies. */
export function scripted(
  options: ScriptedOptions = {},
): Behaviour<readonly string[], z.output<typeof Script>, string, unknown, never> {
  const { perform, ...others } = options;
  return {
    kind: "scripted",
    version: 1,
    ...others,
    init: () => [],
    parse: (message) => Script.parse(message),
    handle: (state, { events, effects, timers, crash }) => {
      if (crash) throw new Error("told to crash");
      return {
        events,
        effects,
        timers: timers as readonly TimerChange[],
        reply: succeed(state.length + events.length),
      };
    },
    apply: (state, event) => {
      if (event === "cursed") throw new Error("a cursed event");
      return [...state, event];
    },
    ...(perform === undefined
      ? {}
      : { perform: (effect, { idempotencyKey, state }) => perform(effect, idempotencyKey, state) }),
  };
}

export const scriptedAddress = { kind: "scripted", key: "s" };

/** One life of it, under an epoch. */
export function scriptedEntity(tools: ActorTools, epoch = 1, options: ScriptedOptions = {}) {
  const entity = new Entity(scripted(options), scriptedAddress, tools, ownershipOf(epoch));
  let asked = 0;
  return {
    entity,
    tell: (script: Script, id = `e${epoch}-${++asked}`): Promise<ActorReply> =>
      entity.ask({ id, by: "test", message: script }),
  };
}

export const valueOf = (reply: ActorReply): unknown => (reply.ok ? reply.value : reply.failure);
