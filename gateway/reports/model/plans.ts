import type { AnalysisPlan, PlanVersion } from "../../../protocols/analysis-plan.ts";
import { resolvedPlan } from "../../../protocols/resolved-plan.ts";
import type { ReportPlan } from "../../../protocols/report.ts";

/** Every version since the start. Within a phase the first is what was pre-registered; each later one is a change. */
export function plansOf(versions: readonly PlanVersion[]): readonly ReportPlan[] {
  return versions.map((version, index) => {
    const before = versions[index - 1];
    const isFirst = before === undefined || before.phase !== version.phase;
    return { ...version, changes: isFirst ? [] : changesOf(before.analysis, version.analysis) };
  });
}

function changesOf(before: AnalysisPlan, after: AnalysisPlan): string[] {
  const [old, present] = [membersOf(before), membersOf(after)];
  const names = [...new Set([...old.keys(), ...present.keys()])];
  const changes = names.flatMap((name) => {
    const [from, to] = [old.get(name) ?? "none", present.get(name) ?? "none"];
    return from === to ? [] : [`${name}: ${from} → ${to}`];
  });
  return changes.length > 0 ? changes : ["written anew without a change"];
}

/** Everything that holds, said or not, by the names that people read. */
export function membersOf(analysis: AnalysisPlan): ReadonlyMap<string, string> {
  const { monitoring, ...rest } = resolvedPlan(analysis);
  const members = new Map<string, string>();
  for (const [name, value] of Object.entries(monitoring))
    members.set(`monitoring ${words(name)}`, shown(value));
  for (const [name, value] of Object.entries(rest)) members.set(words(name), shown(value));
  return members;
}

const words = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function shown(value: unknown): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map(shown).join(", ");
  if (typeof value === "object" && value !== null)
    return Object.entries(value)
      .map(([name, member]) => `${words(name)} ${shown(member)}`)
      .join(", ");
  return String(value).replaceAll("_", " ");
}
