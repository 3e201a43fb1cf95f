import { counted, textTable } from "../text-table.ts";
import type { Imported, Outcome, ReportEntry } from "./imported.ts";

/** How many entities came out how. */
export const tally = (report: readonly ReportEntry[]): Record<Outcome, number> => ({
  carried: report.filter(({ outcome }) => outcome === "carried").length,
  changed: report.filter(({ outcome }) => outcome === "changed").length,
  refused: report.filter(({ outcome }) => outcome === "refused").length,
});

/** For people: what was not carried plainly first, since that is what they have to read. */
export function reportText({ report, flags, segments, experiments }: Imported): string {
  const { carried, changed, refused } = tally(report);
  const rows = (["refused", "changed"] as const).flatMap((outcome) =>
    report
      .filter((entry) => entry.outcome === outcome)
      .flatMap((entry) =>
        entry.notes.map((note) => [note.outcome, `${entry.kind} ${entry.name}`, note.path, note.message]),
      ),
  );
  const table = rows.length === 0 ? [] : [...textTable(["", "what", "where", "why"], rows, new Set()), ""];
  return [
    ...table,
    `${carried} carried as they are, ${changed} with changes named above, ${refused} refused: ` +
      `${counted(flags.length, "flag")}, ${counted(segments.length, "segment")}, ${counted(experiments.length, "experiment")}`,
  ].join("\n");
}
