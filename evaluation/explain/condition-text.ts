import type { ConditionTrace, DrawTrace, SegmentTrace } from "../../protocols/trace.ts";
import { bucketCount } from "../bucket.ts";

export const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

const mark = (outcome: ConditionTrace["outcome"]): string =>
  ({ holds: "✓", fails: "✗", not_understood: "?" })[outcome];

export function conditionLines(condition: ConditionTrace): string[] {
  const sign = mark(condition.outcome);
  switch (condition.kind) {
    case "comparison":
      return [`${sign} ${comparisonText(condition)}`];
    case "all":
    case "any":
    case "not": {
      const { kind, parts } = condition;
      if (parts.length === 0) return [`${sign} ${kind === "all" ? "everybody" : "nobody"}`];
      const words = { all: "all of", any: "any of", not: "not" }[kind];
      return [`${sign} ${words}`, ...parts.flatMap((part) => indented(conditionLines(part)))];
    }
    case "segments": {
      const not = condition.negate === true ? "not " : "";
      const keys = condition.segments.map(({ segment }) => segment).join(" or ");
      return [`${sign} ${not}in segment ${keys}`, ...condition.segments.flatMap(segmentLines)];
    }
    case "draw": {
      const ranges = condition.ranges.map(({ from, to }) => `${from} to ${to}`).join(" or ");
      const not = condition.negate === true ? "not " : "";
      return [`${sign} ${drawText(condition.draw)}, ${not}in ${ranges}`];
    }
  }
}

function segmentLines({ segment, because, outcome, rules }: SegmentTrace): string[] {
  const why = {
    excluded: "excludes this unit",
    included: "includes this unit",
    rule: "has a rule that holds",
    no_rule: "has no rule that holds",
    unknown: "is not there, or leads too far",
  }[because];
  const lines = [`${mark(outcome)} segment ${segment} ${why}`, ...indented(rules.flatMap(conditionLines))];
  return indented(lines);
}

function comparisonText(condition: Extract<ConditionTrace, { kind: "comparison" }>): string {
  const { op, attribute, wanted, actual, because, negate } = condition;
  if (because === "not_understood") return `${op} is not understood`;
  const words = [
    negate === true ? "not" : undefined,
    attribute ?? "now",
    op.replaceAll("_", " "),
    wanted,
  ].filter((word) => word !== undefined);
  const found = {
    compared: actual === undefined ? "" : ` (is ${actual})`,
    missing: " (is missing)",
    wrong_type: ` (is ${actual ?? "?"}: of the wrong type)`,
  }[because];
  return `${words.join(" ")}${found}`;
}

export function drawText(draw: DrawTrace): string {
  if ("salt" in draw) return `bucket ${draw.bucket} of ${bucketCount} under ${draw.salt}`;
  return draw.position === undefined
    ? `no key for the hash of ${draw.profile}`
    : `position ${draw.position} by the hash of ${draw.profile}`;
}
