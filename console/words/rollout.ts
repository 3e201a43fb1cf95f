import { shareText } from "./numbers.ts";
import { serveSentence } from "./rule-sentence.ts";
import type { Flag } from "../../protocols/flag.ts";

/** Shares are integers out of 10 000, as in protocols/flag.ts, which would bring zod into the bundle. */
export const wholeShare = 10_000;

/** The two variations of a boolean flag, when it has exactly one of each value. */
export interface Pair {
  readonly on: string;
  readonly off: string;
}

export function pairOf(flag: Flag): Pair | undefined {
  if (flag.type !== "boolean") return undefined;
  const on = flag.variations.filter(({ value }) => value === true);
  const off = flag.variations.filter(({ value }) => value === false);
  return on.length === 1 && off.length === 1 && on[0] !== undefined && off[0] !== undefined
    ? { on: on[0].key, off: off[0].key }
    : undefined;
}

/** Share (of 10 000) for which the fallthrough serves true; undefined when a slider could not express it. */
export function rolloutOf(flag: Flag): number | undefined {
  const pair = pairOf(flag);
  if (pair === undefined) return undefined;
  const serve = flag.fallthrough;
  if ("variation" in serve) return serve.variation === pair.on ? wholeShare : 0;
  if (!("split" in serve)) return undefined;
  return serve.split
    .filter(({ variation }) => variation === pair.on)
    .reduce((sum, { weight }) => sum + weight, 0);
}

/** The same flag with another share. On comes first always, so that raising the share never moves anybody out. */
export function withRollout(flag: Flag, share: number): Flag {
  const pair = pairOf(flag);
  if (pair === undefined) return flag;
  const split = [
    { variation: pair.on, weight: share },
    { variation: pair.off, weight: wholeShare - share },
  ];
  return { ...flag, fallthrough: { split } };
}

/** One line for the list. */
export function rolloutSummary(flag: Flag): string {
  const rules =
    flag.rules.length === 0 ? "" : `, ${flag.rules.length} ${flag.rules.length === 1 ? "rule" : "rules"}`;
  const share = rolloutOf(flag);
  if (share !== undefined) return `On for ${shareText(share)}${rules}`;
  const sentence = serveSentence(flag.fallthrough);
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}${rules}`;
}

/** The state of a flag in one word; killed and archived outrank the switch. */
export function stateOf(flag: Flag): "on" | "off" | "killed" | "archived" {
  if (flag.status === "archived") return "archived";
  if (flag.killed) return "killed";
  return flag.enabled ? "on" : "off";
}

export const stateWords: Record<ReturnType<typeof stateOf>, string> = {
  on: "On",
  off: "Off",
  killed: "Killed",
  archived: "Archived",
};
