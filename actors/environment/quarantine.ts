import type { QuarantinedSlots } from "../../protocols/layer.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { isLive, type Contents } from "./contents.ts";
import { revisionOf } from "./history.ts";
import { own } from "./own.ts";
import type { EnvironmentState } from "./state.ts";

const dayMs = 86_400_000;

/** The slots that rest in a new version: those that rest still, and those of experiments that it ends. */
export function quarantineAfter(
  state: EnvironmentState,
  next: Contents,
  at: EpochMs,
): Contents["quarantine"] {
  const resting = new Map<string, QuarantinedSlots[]>();
  const rest = (layer: string, slots: readonly QuarantinedSlots[]): void => {
    const still = slots.filter(({ until }) => until > at);
    if (still.length > 0) resting.set(layer, [...(resting.get(layer) ?? []), ...still]);
  };
  for (const [layer, slots] of Object.entries(next.quarantine)) rest(layer, slots);
  for (const [layer, slots] of releasedSlots(state, next, at)) rest(layer, slots);
  return Object.fromEntries([...resting].filter(([layer]) => Object.hasOwn(next.layers, layer)));
}

/** Slots of experiments that were live in the version before and are not any more. */
function releasedSlots(
  { published, histories }: EnvironmentState,
  next: Contents,
  at: EpochMs,
): [layer: string, slots: QuarantinedSlots[]][] {
  return Object.entries(published.lifecycles).flatMap(([key, lifecycle]) => {
    if (!isLive(lifecycle) || isLive(own(next.lifecycles, key))) return [];
    const layer = revisionOf(histories, "experiments", key, own(published.experiments, key))?.entity.layer;
    if (layer === undefined) return [];
    const { quarantineDays } =
      revisionOf(histories, "layers", layer.key, own(next.layers, layer.key))?.entity ?? {};
    if (quarantineDays === undefined || quarantineDays === 0) return [];
    const until = (at + quarantineDays * dayMs) as EpochMs;
    return [[layer.key, layer.slots.map(({ from, to }) => ({ from, to, experiment: key, until }))]];
  });
}
