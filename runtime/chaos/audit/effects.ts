import { publishedSubject, performedSubject, counterKeys } from "../names.ts";
import type { History } from "./histories.ts";
import type { Found } from "./violation.ts";

export interface EffectCounts {
  tells: number;
  publishes: number;
  performs: number;
  rings: number;
  cancelled: number;
}

interface Kept {
  readonly counter: string;
  readonly count: number;
}

/**
 * Holds what steps asked for against what came of it: each tell is one step of the receipt under the effect's own
 * number and in order, each publish and each performed effect is one message, each timer rang once or was cancelled.
 */
export function auditEffects(
  histories: ReadonlyMap<string, History>,
  copies: ReadonlyMap<string, number>,
  found: Found,
): EffectCounts {
  const counts: EffectCounts = { tells: 0, publishes: 0, performs: 0, rings: 0, cancelled: 0 };
  for (const key of counterKeys) {
    const history = histories.get(`counter.${key}`);
    if (history === undefined) continue;
    const told: string[] = [];
    let number = 0;
    for (const { effects = [] } of history.steps) {
      for (const effect of effects) {
        number++;
        const { runtime } = effect as { readonly runtime?: "tell" | "publish" };
        if (runtime === "tell") {
          told.push(`counter/${key}/${number}`);
          continue;
        }
        const { counter, count } = (
          runtime === "publish" ? (effect as { readonly payload: unknown }).payload : effect
        ) as Kept;
        const subject = runtime === "publish" ? publishedSubject(key) : performedSubject(key);
        const copy = `${subject} ${JSON.stringify({ counter, count })}`;
        once(copies.get(copy) ?? 0, `effect ${number} of ${key} (${copy})`, found);
        if (runtime === "publish") counts.publishes++;
        else counts.performs++;
      }
    }
    counts.tells += told.length;
    const heard = (histories.get(`receipt.${key}`)?.steps ?? []).map(({ id }) => id);
    auditTold(key, told, heard, found);
    auditTimers(history, counts, found);
  }
  return counts;
}

function once(copies: number, what: string, found: Found): void {
  if (copies === 0) found("lost", `${what} was never received`);
  if (copies > 1) found("doubled", `${what} was received ${copies} times`);
}

function auditTold(key: string, told: readonly string[], heard: readonly string[], found: Found): void {
  const copies = new Map<string, number>();
  for (const id of heard) copies.set(id, (copies.get(id) ?? 0) + 1);
  for (const id of told) once(copies.get(id) ?? 0, `what ${id} told`, found);
  if (told.length === heard.length && told.some((id, index) => heard[index] !== id))
    found("wrong_state", `the receipt of ${key} heard in another order than it was told`);
  const known = new Set(told);
  for (const id of heard)
    if (!known.has(id)) found("wrong_state", `the receipt of ${key} heard ${id}, told by nobody`);
}

function auditTimers({ actor, steps }: History, counts: EffectCounts, found: Found): void {
  const waiting = new Map<string, { readonly number: number; readonly atMs: number }>();
  let last = 0;
  for (const { timers = [], fired, at, id } of steps) {
    if (fired !== undefined) {
      const timer = waiting.get(fired.name);
      if (timer === undefined || timer.number !== fired.number)
        found("doubled", `${actor}: timer ${fired.name}/${fired.number} fired in ${id} and was not set then`);
      else if (at < timer.atMs)
        found("wrong_state", `${actor}: timer ${fired.name} fired ${timer.atMs - at} ms early`);
      waiting.delete(fired.name);
      counts.rings++;
    }
    for (const change of timers) {
      if ("set" in change) waiting.set(change.set, { number: ++last, atMs: change.at });
      else if (waiting.delete(change.cancel)) counts.cancelled++;
    }
  }
  for (const name of waiting.keys()) found("lost", `${actor}: timer ${name} never rang`);
}
