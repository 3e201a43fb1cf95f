import type { HandleContext } from "../../runtime/index.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { patchBetween } from "./contents.ts";
import { dueAt, dueTimer } from "./due-timer.ts";
import { publish } from "./publish.ts";
import { settle } from "./settle.ts";
import { after, answer, type EnvironmentStep } from "./step.ts";
import type { EnvironmentEvent, EnvironmentState } from "./state.ts";
import { uploadIdleMs } from "./unit-lists.ts";

/** A version that does not compile any more under newer rules is tried again after this; somebody may mend it. */
const refusedRetryMs = 3_600_000;

/**
 * Does what time has made due: overrides expire, experiments reach their end, slots have rested, uploads were given up.
 * Asked too early it does nothing, so anybody may ask.
 */
export function due(state: EnvironmentState, context: HandleContext): EnvironmentStep {
  const { at } = context;
  const idle = Object.entries(state.uploads)
    .filter(([, upload]) => upload.at + uploadIdleMs <= at)
    .map(([name]) => name);
  const events: EnvironmentEvent[] = idle.length === 0 ? [] : [{ kind: "uploads_dropped", uploads: idle }];
  const step = dueVersion(after(state, events, context), context);
  return { ...step, events: [...events, ...step.events] };
}

function dueVersion(state: EnvironmentState, context: HandleContext): EnvironmentStep {
  if (state.publications.length === 0) return answer(0);
  const contents = state.published;
  const settled = settle(state, contents, context);
  const unchanged = Object.keys(patchBetween(state.published, settled.contents)).length === 0;
  if (unchanged) {
    return { ...answer(state.publications.length), timers: [dueTimer(state.histories, state.published)] };
  }
  const step = publish(state, { contents, note: "due", sampled: false }, context);
  return step.reply.ok ? step : { ...step, timers: [dueAt((context.at + refusedRetryMs) as EpochMs)] };
}
