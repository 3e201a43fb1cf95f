import { changesBetween } from "../history/changes.ts";
import {
  changedMembers,
  effectOf,
  metricVersion,
  sameForm,
  type MemberEffect,
  type Members,
} from "../../protocols/metric-change.ts";
import { isLiveStatus, type LineageExperiment } from "../../protocols/lineage.ts";

// What differs between two sets of metrics, and whom it concerns.

export interface MemberChange {
  /** `definition.event`, `window.hours`. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly effect: MemberEffect;
}

export interface MetricDifference {
  readonly metric: string;
  readonly kind: "added" | "removed" | "changed";
  readonly changes: readonly MemberChange[];
  /** The strongest of its changes: whether numbers change, what is concluded from them, or words only. */
  readonly effect: MemberEffect;
  readonly versionBefore?: number;
  /** Live experiments that use it. They keep the definition that they started with. */
  readonly liveExperiments: readonly string[];
}

type Keyed = Members & { readonly key: string };

const strengths: readonly MemberEffect[] = ["words", "verdict", "numbers"];

/** In the order of their keys. The same metric on both sides is no difference. */
export function differencesBetween(
  before: readonly Keyed[],
  after: readonly Keyed[],
  experiments: readonly LineageExperiment[],
): readonly MetricDifference[] {
  const old = new Map(before.map((metric) => [metric.key, metric]));
  const young = new Map(after.map((metric) => [metric.key, metric]));
  const keys = [...new Set([...old.keys(), ...young.keys()])].sort();
  return keys.flatMap((key) => difference(key, old.get(key), young.get(key), usersOf(key, experiments)));
}

function difference(
  metric: string,
  before: Keyed | undefined,
  after: Keyed | undefined,
  liveExperiments: readonly string[],
): MetricDifference[] {
  if (before === undefined || after === undefined) {
    const kind = before === undefined ? "added" : "removed";
    return [{ metric, kind, changes: [], effect: "numbers", liveExperiments }];
  }
  const [old, young] = [sameForm(before), sameForm(after)];
  const changes = changedMembers(before, after)
    // A version alone is no change: the environment counts it up by itself.
    .filter((member) => member !== "version")
    .flatMap((member) =>
      changesBetween(old[member], young[member], member).map((change) => ({
        ...change,
        effect: effectOf(member),
      })),
    );
  if (changes.length === 0) return [];
  const effect = strengths.findLast((each) => changes.some((change) => change.effect === each)) ?? "words";
  return [
    { metric, kind: "changed", changes, effect, versionBefore: metricVersion(before), liveExperiments },
  ];
}

function usersOf(metric: string, experiments: readonly LineageExperiment[]): string[] {
  return experiments
    .filter(({ status }) => isLiveStatus(status))
    .filter(({ metrics: { primary, secondary, guardrails } }) =>
      [primary, ...secondary, ...guardrails].includes(metric),
    )
    .map(({ key }) => key);
}

const signs = { added: "+", removed: "-", changed: "~" } as const;
const effectWords: Readonly<Record<MemberEffect, string>> = {
  numbers: "results change",
  verdict: "numbers stay, what is concluded from them changes",
  words: "no result changes",
};
const valueLengthMax = 100;
const changesShownMax = 40;

/** For people: a block for each metric, then a sum. */
export function differencesText(differences: readonly MetricDifference[]): string {
  const count = (kind: MetricDifference["kind"]): number =>
    differences.filter((each) => each.kind === kind).length;
  const sum = `${count("added")} added, ${count("changed")} changed, ${count("removed")} removed`;
  return [...differences.map(blockText), sum].join("\n\n");
}

function blockText({ metric, kind, changes, effect, liveExperiments }: MetricDifference): string {
  const lines = changes.slice(0, changesShownMax).map(changeText);
  const more = changes.length - lines.length;
  const live = liveExperiments.join(", ");
  return [
    `${signs[kind]} ${metric}${kind === "changed" ? `  (${effectWords[effect]})` : ""}`,
    ...lines,
    ...(more > 0 ? [`    and ${more} more`] : []),
    ...(live === ""
      ? []
      : [
          `    live: ${live}${kind === "changed" && effect !== "words" ? ", which keep the definition they started with" : ""}`,
        ]),
  ].join("\n");
}

function changeText({ path, before, after }: MemberChange): string {
  if (before === undefined) return `    + ${path}: ${valueText(after)}`;
  if (after === undefined) return `    - ${path}: ${valueText(before)}`;
  return `    ~ ${path}: ${valueText(before)} → ${valueText(after)}`;
}

function valueText(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= valueLengthMax ? text : `${text.slice(0, valueLengthMax - 1)}…`;
}
