import type { PublishedVersion, Revision } from "../../protocols/environment-messages.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { textTable } from "../text-table.ts";
import { changesBetween, type Change } from "./changes.ts";

const keysShownMax = 3;
const changesShownMax = 30;
const valueLengthMax = 80;

/** An environment's versions: a line each. */
export function versionsText(environment: string, versions: readonly PublishedVersion[]): string {
  if (versions.length === 0) return `Nothing is published in ${environment} yet.`;
  const rows = versions.map((version) => [
    String(version.version),
    timeText(version.at),
    version.by,
    changedText(version.changed ?? {}),
    [...(version.rollbackOf === undefined ? [] : [`rollback to ${version.rollbackOf}`]), version.note ?? ""]
      .filter((part) => part !== "")
      .join("; "),
  ]);
  return textTable(["version", "when", "who", "changed", "note"], rows, new Set([0])).join("\n");
}

function changedText(changed: NonNullable<PublishedVersion["changed"]>): string {
  const parts = Object.entries(changed).map(([collection, keys]) => {
    const more = keys.length - keysShownMax;
    const shown = keys.slice(0, keysShownMax).join(", ");
    return `${collection} ${shown}${more > 0 ? ` and ${more} more` : ""}`;
  });
  return parts.length === 0 ? "nothing" : parts.join("; ");
}

/** An entity's revisions, newest first: who, when, what of it counts, and what changed. `older` is before the last one. */
export function revisionsText(
  entity: string,
  revisions: readonly Revision[],
  older: Revision | undefined,
): string {
  const blocks = revisions.map((revision, index) => {
    const before = revisions[index + 1] ?? older;
    const { version, at, by, removed } = revision;
    return [
      ...(removed === undefined ? [] : [`removed    ${timeText(removed.at)}  ${removed.by}`]),
      `version ${version}  ${timeText(at)}  ${by}  ${fateOf(revision, index === 0)}`,
      ...changesText(before, revision),
    ].join("\n");
  });
  return [entity, ...blocks].join("\n\n");
}

function fateOf({ publishedIn, removed }: Revision, isNewest: boolean): string {
  if (publishedIn !== undefined) return `published in version ${publishedIn}`;
  return isNewest && removed === undefined ? "a draft" : "never published";
}

function changesText(before: Revision | undefined, revision: Revision): string[] {
  if (before === undefined) return ["  made"];
  const shown = ({ entity, lists }: Revision): unknown => ({ ...(entity as object), lists: lists ?? {} });
  const changes = changesBetween(shown(before), shown(revision));
  if (changes.length === 0) return [before.removed === undefined ? "  nothing changed" : "  put again"];
  const lines = changes.slice(0, changesShownMax).map(changeText);
  const more = changes.length - changesShownMax;
  return more > 0 ? [...lines, `  and ${more} more`] : lines;
}

function changeText({ path, before, after }: Change): string {
  if (before === undefined) return `  + ${path}: ${valueText(after)}`;
  if (after === undefined) return `  - ${path}: ${valueText(before)}`;
  return `  ~ ${path}: ${valueText(before)} → ${valueText(after)}`;
}

function valueText(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= valueLengthMax ? text : `${text.slice(0, valueLengthMax - 1)}…`;
}

/** To the second, in UTC: "2026-11-21T18:02:11Z". */
const timeText = (at: EpochMs): string => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
