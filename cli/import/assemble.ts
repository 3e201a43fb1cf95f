import type { Issue } from "../../protocols/errors.ts";
import type { Segment } from "../../protocols/flag.ts";
import { problemsOf } from "./check.ts";
import type { Imported, ReportEntry } from "./imported.ts";
import { settlePrerequisites, type Draft } from "./prerequisites.ts";
import type { UnitLists } from "./unit-lists.ts";

export interface Assembled {
  readonly drafts: readonly Draft[];
  readonly segments: readonly Segment[];
  readonly lists: UnitLists;
  /** Of everything but the flags. */
  readonly report: readonly ReportEntry[];
  readonly metric: string | undefined;
}

/**
 * Puts an import together. The compiler has the last word: a flag that it would refuse is refused here, with its reason,
 * so that one flag never keeps the others from being published.
 */
export function assemble({ drafts, segments, lists, report, metric }: Assembled): Imported {
  for (;;) {
    const settled = settlePrerequisites(drafts);
    const flags = settled.map(({ flag }) => flag);
    const imported = {
      flags,
      segments: [...segments, ...lists.segmentsFor(flags, segments)],
      experiments: settled.flatMap(({ experiments }) => experiments),
    };
    if (!refuseFaulty(problemsOf(imported, metric), settled))
      return {
        ...imported,
        report: [...report, ...drafts.map(({ name, flag, notes }) => notes.entry("flag", name, flag.key))],
      };
  }
}

/** Whether a flag was refused now, so that the rest has to be looked at again. */
function refuseFaulty(problems: readonly Issue[], settled: readonly Draft[]): boolean {
  let found = false;
  for (const { path, message } of problems) {
    const draft = ownerOf(path, settled);
    if (draft === undefined) continue;
    draft.notes.refuse(path, message);
    found = true;
  }
  return found;
}

/** Keys may hold dots, so the longest that fits is meant. */
function ownerOf(path: string, drafts: readonly Draft[]): Draft | undefined {
  const owners = drafts.flatMap((draft) => [
    { prefix: `flags.${draft.flag.key}`, draft },
    ...draft.experiments.map(({ key }) => ({ prefix: `experiments.${key}`, draft })),
  ]);
  const fitting = owners.filter(({ prefix }) => path === prefix || path.startsWith(`${prefix}.`));
  return fitting.toSorted((a, b) => b.prefix.length - a.prefix.length)[0]?.draft;
}
