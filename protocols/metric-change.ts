import { canonicalJson } from "./json.ts";
import { Metric } from "./metric.ts";

// What a change of a metric means. Words may change at any time. All else is another version of the metric, and a live
// experiment keeps the version that it started with.

/** What a member decides: the numbers; what is concluded from them; or nothing but what people read. */
export type MemberEffect = "numbers" | "verdict" | "words";

/** A member that is not listed decides the numbers: the careful guess for those that come later. */
const effects: Readonly<Record<string, MemberEffect>> = {
  name: "words",
  description: "words",
  owner: "words",
  tags: "words",
  version: "words",
  direction: "verdict",
  tier: "verdict",
  guardrail: "verdict",
};
export const effectOf = (member: string): MemberEffect =>
  (Object.hasOwn(effects, member) ? effects[member] : undefined) ?? "numbers";

export type Members = Readonly<Record<string, unknown>>;

/**
 * The members as they would be written today and in one way: defaults said, and a lifetime window, which is what holds
 * without one, left out. One from years ago that the schema takes no more stands as it is.
 */
export function sameForm(metric: Members): Members {
  const { window, ...rest }: Members = Metric.safeParse(metric).data ?? metric;
  const isLifetime = canonicalJson(window ?? { type: "lifetime" }) === '{"type":"lifetime"}';
  return isLifetime ? rest : { ...rest, window };
}

/** The first level of members that differ between two forms of a metric. */
export function changedMembers(before: Members, after: Members): string[] {
  const [old, young] = [sameForm(before), sameForm(after)];
  const names = new Set([...Object.keys(old), ...Object.keys(young)]);
  return [...names].filter((name) => canonicalJson(old[name]) !== canonicalJson(young[name]));
}

/** Whether more than words differ. */
export const isRedefined = (before: Members, after: Members): boolean =>
  changedMembers(before, after).some((member) => effectOf(member) !== "words");

/** One from before versions were written is the first. */
export function metricVersion(metric: Members): number {
  const version = metric["version"];
  return typeof version === "number" ? version : 1;
}

/**
 * The version an edit gets: one more when more than words change, or the higher one that it states; the same when only
 * words do. Undefined when it states an older version than there is, and so was written without knowing of that.
 */
export function versionAfter(before: Members | undefined, after: Members): number | undefined {
  const stated = after["version"] === undefined ? undefined : metricVersion(after);
  if (before === undefined) return stated ?? 1;
  const present = metricVersion(before);
  if (!isRedefined(before, after)) return Math.max(stated ?? present, present);
  if (stated === undefined || stated === present) return present + 1;
  return stated > present ? stated : undefined;
}
