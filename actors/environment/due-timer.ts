import type { TimerChange } from "../../runtime/index.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { isLive, type Contents } from "./contents.ts";
import { revisionOf, type Histories } from "./history.ts";
import { own } from "./own.ts";

const name = "due";

/** Wakes the environment when the next thing it has published comes to its end; whatever was set before is moved. */
export function dueTimer(histories: Histories, contents: Contents): TimerChange {
  const at = earliestEnd(histories, contents);
  return at === undefined ? { cancel: name } : dueAt(at);
}

export const dueAt = (at: EpochMs): TimerChange => ({ set: name, at, message: { type: "due" } });

function earliestEnd(histories: Histories, contents: Contents): EpochMs | undefined {
  let earliest: EpochMs | undefined;
  const consider = (at: EpochMs | undefined): void => {
    if (at !== undefined && (earliest === undefined || at < earliest)) earliest = at;
  };
  for (const [key, lifecycle] of Object.entries(contents.lifecycles)) {
    if (!isLive(lifecycle)) continue;
    consider(revisionOf(histories, "experiments", key, own(contents.experiments, key))?.entity.stopAt);
  }
  for (const [key, number] of Object.entries(contents.overrides))
    consider(revisionOf(histories, "overrides", key, number)?.entity.expiresAt);
  for (const slots of Object.values(contents.quarantine)) for (const { until } of slots) consider(until);
  return earliest;
}
