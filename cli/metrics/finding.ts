import { counted } from "../text-table.ts";

// One thing that is wrong with a metric file: where, what, and what was probably meant.

export const findingCodes = [
  "unreadable",
  "too_large",
  "too_many",
  "syntax",
  "duplicate_member",
  "no_metric",
  "unknown_member",
  "missing_member",
  "wrong_type",
  "not_allowed",
  "out_of_range",
  "wrong_form",
  "refused",
  "duplicate_metric",
  "unknown_metric",
  "unknown_variant",
] as const;
export type FindingCode = (typeof findingCodes)[number];

export interface Place {
  /** From 1 on. */
  readonly line: number;
  readonly column: number;
  /** Characters that are marked, within the line. */
  readonly length: number;
  /** The line itself. */
  readonly source: string;
}

export interface Finding {
  readonly file: string;
  readonly code: FindingCode;
  readonly message: string;
  /** Path in the document: `metric.definition.event`. */
  readonly path: string;
  readonly suggestion?: string;
  /** Absent of what concerns a whole file. */
  readonly place?: Place;
}

/** Shown of one run; who has more mends these first. */
export const findingsShownMax = 50;
/** A line of a generated file may be a megabyte. */
const sourceLengthMax = 160;

/** For people: where, what, the line with a mark below it, and a suggestion. */
export function findingText({ file, code, message, suggestion, place }: Finding): string {
  const hint = suggestion === undefined ? [] : [`    ${suggestion}`];
  if (place === undefined) return [`${file}: ${message} [${code}]`, ...hint].join("\n");
  const { line, column, length, source } = place;
  // What stands far to the right is shown from a little before it.
  const cut = column > sourceLengthMax / 2 ? column - 40 : 0;
  const shown = source.slice(cut, cut + sourceLengthMax);
  const number = String(line).padStart(4);
  const blank = " ".repeat(number.length);
  const before = shown.slice(0, column - 1 - cut).replaceAll(/[^\t]/g, " ");
  const marks = "^".repeat(Math.max(1, Math.min(length, shown.length - (column - 1 - cut))));
  return [
    `${file}:${line}:${column}: ${message} [${code}]`,
    `${number} | ${shown}`,
    `${blank} | ${before}${marks}`,
    ...hint,
  ].join("\n");
}

export function findingsText(findings: readonly Finding[]): string {
  const shown = findings.slice(0, findingsShownMax).map(findingText);
  const more = findings.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${counted(more, "error")} more`] : [])].join("\n\n");
}
