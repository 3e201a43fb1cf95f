import type { Monitoring } from "../../../protocols/analysis-plan.ts";
import { lookFractions } from "../../../protocols/resolved-plan.ts";
import type { PlannedLook } from "../../../protocols/scorecard.ts";
import type { EpochMs } from "../../../protocols/time.ts";
import type { Answer } from "./answer.ts";

type GroupSequentialPlan = Extract<Monitoring, { kind: "group_sequential" }>;

/**
 * The planned looks that were taken by now. One is taken when the experiment first has the units it was planned at; if
 * several were passed at once they are one, at the information that is there.
 */
export function looksTaken(
  plan: GroupSequentialPlan,
  taken: readonly PlannedLook[],
  now: { readonly units: number; readonly at: number; readonly answers: ReadonlyMap<string, Answer> },
): readonly PlannedLook[] {
  const information = now.units / plan.units;
  const next = remainingFractions(plan, taken)[0];
  if (next === undefined || information < next) return taken;
  const cells = [...now.answers].map(
    ([name, { difference, standardError }]) => [name, [difference, standardError] as const] as const,
  );
  const look = { at: now.at as EpochMs, units: now.units, information, cells: Object.fromEntries(cells) };
  return [...taken, look];
}

/** The planned looks that lie ahead. */
export function remainingFractions(
  plan: GroupSequentialPlan,
  taken: readonly PlannedLook[],
): readonly number[] {
  const last = taken.at(-1)?.information ?? 0;
  return lookFractions(plan.looks).filter((fraction) => fraction > last);
}
