import type { Flag } from "../../protocols/flag.ts";
import { shareText } from "./numbers.ts";
import { rolloutOf } from "./rollout.ts";
import { serveSentence } from "./rule-sentence.ts";

/** What differs between two forms of a flag, one sentence each; empty when nothing does. */
export function changesOf(before: Flag, after: Flag): string[] {
  const changes: string[] = [];
  if (before.enabled !== after.enabled) changes.push(after.enabled ? "Turned on" : "Turned off");
  if (before.killed !== after.killed) changes.push(after.killed ? "Killed" : "No longer killed");
  if (!same(before.fallthrough, after.fallthrough)) changes.push(fallthroughChange(before, after));
  const named = new Set<string>(["enabled", "killed", "fallthrough"]);
  const members = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const member of members) {
    if (named.has(member) || same(memberOf(before, member), memberOf(after, member))) continue;
    changes.push(`Changed ${member}`);
  }
  return changes;
}

function fallthroughChange(before: Flag, after: Flag): string {
  const from = rolloutOf(before);
  const to = rolloutOf(after);
  return from !== undefined && to !== undefined && from !== to
    ? `Rollout ${shareText(from)} → ${shareText(to)}`
    : `Everyone else: ${serveSentence(after.fallthrough)}`;
}

const memberOf = (flag: Flag, member: string): unknown =>
  (flag as unknown as Record<string, unknown>)[member];
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
