import { readFileSync } from "node:fs";

// What the log said of the faults: a failure that nobody can find there was not handled.

const kinds = {
  disk_full: /its disk is full|ENOSPC/,
  disk_read_only: /its disk is read-only|EROFS/,
  directory_set_aside: /"warehouse\.set_aside"/,
  parts_unreadable: /"warehouse\.part_unreadable"|"warehouse\.broken_parts"/,
  rows_written_again: /"sink\.rows_missing"/,
} as const;

export type Said = Readonly<Record<keyof typeof kinds, number>>;

/** The last lines of a log that warn or tell of a failure: where to look when the two sides differ. */
export function lastWarnings(logFile: string, count = 40): readonly string[] {
  return readFileSync(logFile, "utf8")
    .split("\n")
    .filter((line) => /"level":[45]0/.test(line))
    .slice(-count);
}

/** Lines of each kind in a log. */
export function saidIn(logFile: string): Said {
  const lines = readFileSync(logFile, "utf8").split("\n");
  const counts = Object.entries(kinds).map(([kind, pattern]) => [
    kind,
    lines.filter((line) => pattern.test(line)).length,
  ]);
  return Object.fromEntries(counts) as Said;
}
