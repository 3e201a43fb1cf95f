import type { Json } from "../../protocols/json.ts";
import { counted, textTable } from "../text-table.ts";
import { cellText, columnsUsed, eventOf, type Mapping } from "./mapping.ts";
import type { TableRow } from "./table.ts";

// `--dry-run`: what would be sent, column by column, without a Weir to send it to.

export interface ColumnSurvey {
  readonly column: string;
  /** What it becomes; undefined when it is left out. */
  readonly member: string | undefined;
  filled: number;
  empty: number;
  malformed: number;
  /** The first value that there was. */
  example?: string;
}

export interface Survey {
  readonly rows: number;
  readonly good: number;
  readonly columns: readonly ColumnSurvey[];
  readonly types: Readonly<Record<string, number>>;
  /** Reason → how many rows, most frequent first. */
  readonly problems: readonly (readonly [reason: string, rows: number])[];
  /** Epoch ms. */
  readonly earliest?: number;
  readonly latest?: number;
}

/** A table of more columns than this is looked at for the first ones only. */
const columnsMax = 1_000;
const reasonsMax = 100;
const exampleLength = 24;

export async function survey(
  rows: AsyncIterable<TableRow>,
  options: { readonly mapping: Mapping; readonly file: string },
): Promise<Survey> {
  const columns = new Map<string, ColumnSurvey>();
  const types: Record<string, number> = {};
  const problems = new Map<string, number>();
  let [total, good] = [0, 0];
  let [earliest, latest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const problem = (reason: string): void => {
    const key = problems.size < reasonsMax || problems.has(reason) ? reason : "other reasons";
    problems.set(key, (problems.get(key) ?? 0) + 1);
  };
  for await (const row of rows) {
    total++;
    if (row.kind === "broken") {
      problem(row.reason);
      continue;
    }
    look(columns, row.cells, options.mapping);
    const mapped = eventOf(row.cells, row.number, options);
    if (mapped.kind === "malformed") {
      problem(mapped.reason.replace(/'[^']*'/g, "'…'"));
      const column = mapped.column === undefined ? undefined : columns.get(mapped.column);
      if (column !== undefined) column.malformed++;
      continue;
    }
    good++;
    const type = cellText(mapped.event["type"] ?? "");
    types[type] = (types[type] ?? 0) + 1;
    const ts = Number(mapped.event["ts"]);
    earliest = Math.min(earliest, ts);
    latest = Math.max(latest, ts);
  }
  return {
    rows: total,
    good,
    columns: [...columns.values()],
    types,
    problems: [...problems].sort(([, a], [, b]) => b - a),
    ...(good === 0 ? {} : { earliest, latest }),
  };
}

function look(
  columns: Map<string, ColumnSurvey>,
  cells: Readonly<Record<string, Json>>,
  mapping: Mapping,
): void {
  for (const [name, cell] of Object.entries(cells)) {
    let column = columns.get(name);
    if (column === undefined) {
      if (columns.size >= columnsMax) continue;
      const member = columnsUsed(mapping, [name]).get(name);
      columns.set(name, (column = { column: name, member, filled: 0, empty: 0, malformed: 0 }));
    }
    if (cell === "" || cell === null) {
      column.empty++;
      continue;
    }
    column.filled++;
    column.example ??= cellText(cell).slice(0, exampleLength);
  }
}

export function surveyText({ rows, good, columns, types, problems, earliest, latest }: Survey): string {
  const cells = columns.map((each) => [
    each.column,
    each.member ?? "– (left out)",
    ...[each.filled, each.empty, each.malformed].map(String),
    each.example ?? "",
  ]);
  const kinds = Object.entries(types).map(([type, count]) => `${count} ${type}`);
  const time = (at: number | undefined): string => (at === undefined ? "–" : new Date(at).toISOString());
  return [
    ...textTable(["column", "becomes", "filled", "empty", "malformed", "example"], cells, new Set([2, 3, 4])),
    "",
    `${good} of ${counted(rows, "row")} can be sent${kinds.length === 0 ? "" : `: ${kinds.join(", ")}`}`,
    ...(good === 0 ? [] : [`from ${time(earliest)} to ${time(latest)}`]),
    ...problems.map(([reason, count]) => `  ${counted(count, "row")}: ${reason}`),
  ].join("\n");
}
