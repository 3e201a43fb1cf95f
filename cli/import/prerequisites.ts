import type { Experiment } from "../../protocols/experiment.ts";
import type { Flag } from "../../protocols/flag.ts";
import type { Json } from "../../protocols/json.ts";
import type { Notes } from "./notes.ts";

// Flags that need other flags, once all of them are translated.

export interface Requirement {
  /** The other flag, as its system calls it. */
  readonly name: string;
  readonly path: string;
  /** Which of its variations will do, by value or by place in its list. */
  readonly fits: (value: Json, place: number) => boolean;
}

export interface Draft {
  readonly name: string;
  readonly flag: Flag;
  readonly notes: Notes;
  readonly requirements: readonly Requirement[];
  readonly experiments: readonly Experiment[];
}

/**
 * The drafts that are carried, with their prerequisites. A flag whose requirement can never be met (the other flag is
 * not in the file, leads back to it, or gives no value that will do) is carried switched off, as it is there; one that
 * needs a flag that was refused is refused too.
 */
export function settlePrerequisites(drafts: readonly Draft[]): Draft[] {
  const byName = new Map(drafts.map((draft) => [draft.name, draft]));
  for (let changed = true; changed;) {
    changed = false;
    for (const draft of drafts) {
      if (draft.notes.outcome === "refused") continue;
      const lost = draft.requirements.find(({ name }) => byName.get(name)?.notes.outcome === "refused");
      if (lost === undefined) continue;
      draft.notes.refuse(lost.path, `needs flag ${lost.name}, which is not carried`);
      changed = true;
    }
  }
  return drafts.filter(({ notes }) => notes.outcome !== "refused").map((draft) => settled(draft, byName));
}

function settled(draft: Draft, byName: ReadonlyMap<string, Draft>): Draft {
  const { flag, notes, requirements } = draft;
  const allowed = new Map<string, Set<string>>();
  for (const { name, path, fits } of requirements) {
    const other = byName.get(name);
    const fitting = (other?.flag.variations ?? [])
      .filter(({ value }, place) => fits(value, place))
      .map(({ key }) => key);
    const reason =
      other === undefined
        ? `needs flag ${name}, which is not in the file`
        : leadsTo(draft.name, name, byName)
          ? `needs flag ${name}, which needs it in turn`
          : fitting.length === 0
            ? `needs a value of flag ${name} that it never gives`
            : undefined;
    if (other === undefined || reason !== undefined) {
      notes.changed(path, `${reason ?? ""}: switched off, as it is there`);
      return { ...draft, flag: { ...flag, enabled: false } };
    }
    const before = allowed.get(other.flag.key);
    allowed.set(
      other.flag.key,
      new Set(before === undefined ? fitting : fitting.filter((key) => before.has(key))),
    );
  }
  const prerequisites = [...allowed].map(([key, variations]) => ({ flag: key, variations: [...variations] }));
  if (prerequisites.some(({ variations }) => variations.length === 0)) {
    notes.changed(
      draft.name,
      "needs values of another flag that exclude each other: switched off, as it is there",
    );
    return { ...draft, flag: { ...flag, enabled: false } };
  }
  return { ...draft, flag: { ...flag, prerequisites } as Flag };
}

function leadsTo(target: string, from: string, byName: ReadonlyMap<string, Draft>): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === target) return true;
    if (seen.has(name)) continue;
    seen.add(name);
    open.push(...(byName.get(name)?.requirements ?? []).map((requirement) => requirement.name));
  }
  return false;
}
