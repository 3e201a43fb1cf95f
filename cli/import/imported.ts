import type { Experiment } from "../../protocols/experiment.ts";
import type { Flag, Segment } from "../../protocols/flag.ts";
import type { UnitId } from "../../protocols/ids.ts";
import type { Issue } from "../../protocols/errors.ts";

// What every importer answers: a pure function from a file's content to Weir's entities and a report.

export interface ImportOptions {
  /** The attribute of the other system that is Weir's targeting key; each system has a usual one. */
  readonly keyAttribute?: string;
  /** Pseudonym of a raw key: lists of keys are carried as lists of these. */
  readonly unitIdOf: (rawKey: string) => UnitId;
  /** Experiments need a metric to judge by, which those files do not hold. Without one they are carried as splits. */
  readonly metric?: string;
}

/** `changed`: carried, but something about it differs and is named. `refused`: left out, and why. */
export type Outcome = "carried" | "changed" | "refused";

export interface Note extends Issue {
  readonly outcome: Exclude<Outcome, "carried">;
}

export interface ReportEntry {
  readonly kind: "flag" | "segment" | "experiment";
  /** As the other system calls it. */
  readonly name: string;
  readonly key: string;
  readonly outcome: Outcome;
  readonly notes: readonly Note[];
}

export interface Imported {
  readonly flags: readonly Flag[];
  readonly segments: readonly Segment[];
  readonly experiments: readonly Experiment[];
  readonly report: readonly ReportEntry[];
}

export type ImportResult =
  | { readonly ok: true; readonly imported: Imported }
  /** Not a file of that system at all. */
  | { readonly ok: false; readonly issues: readonly Issue[] };

export type Importer = (content: unknown, options: ImportOptions) => ImportResult;
