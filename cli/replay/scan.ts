import { CliFailure } from "../failure.ts";
import { type Columns, type ColumnOptions, findColumns } from "./columns.ts";
import { readCsv } from "./csv.ts";
import { readRow, type ReplayRow, type RowRules } from "./row.ts";

// The file is read twice: first to know its variants and to find what is malformed before anything is sent, then to
// send. Nothing of it is kept in memory.

export interface Malformed {
  readonly line: number;
  readonly reason: string;
}

export interface Scan {
  readonly columns: Columns;
  /** Rows that can be replayed. */
  readonly rows: number;
  /** Data rows in all: the highest row number. */
  readonly total: number;
  /** Valid rows by variant, as written in the file, in the order of their first appearance. */
  readonly variants: ReadonlyMap<string, number>;
  readonly malformed: number;
  /** The first few. */
  readonly examples: readonly Malformed[];
}

export interface ScanOptions extends ColumnOptions {
  readonly file: string;
  /** The only variants there are, when they were listed. */
  readonly variants?: ReadonlySet<string>;
  readonly now: number;
}

export const examplesMax = 20;
/** An experiment holds fifty variants; a column with more different values is probably another one. */
const variantsMax = 50;

export async function scanFile(options: ScanOptions): Promise<Scan> {
  const variants = new Map<string, number>();
  const examples: Malformed[] = [];
  let rows = 0;
  let malformed = 0;
  let columns: Columns | undefined;
  let total = 0;
  const listed = options.variants === undefined ? {} : { variants: options.variants };
  for await (const item of readItems(options.file, (header) => {
    columns = findColumns(header, options);
    return { columns, now: options.now, ...listed };
  })) {
    total++;
    if (item.kind === "malformed") {
      malformed++;
      if (examples.length < examplesMax) examples.push({ line: item.line, reason: item.reason });
      continue;
    }
    rows++;
    variants.set(item.row.variant, (variants.get(item.row.variant) ?? 0) + 1);
    if (variants.size > variantsMax)
      throw new CliFailure(
        "too_many_variants",
        `column '${options.variant}' has more than ${variantsMax} different values: is it the one with the variant?`,
      );
  }
  if (columns === undefined)
    throw new CliFailure("empty_file", `${options.file} is empty: it needs a header and rows`);
  return { columns, rows, total, variants, malformed, examples };
}

/** The valid rows, in the file's order. */
export async function* readRows(file: string, rules: RowRules): AsyncGenerator<ReplayRow> {
  for await (const item of readItems(file, () => rules)) if (item.kind === "row") yield item.row;
}

type Item =
  | { readonly kind: "row"; readonly row: ReplayRow }
  | { readonly kind: "malformed"; readonly line: number; readonly reason: string };

async function* readItems(
  file: string,
  rulesOf: (header: readonly string[]) => RowRules,
): AsyncGenerator<Item> {
  let rules: RowRules | undefined;
  let number = 0;
  for await (const record of readCsv(file)) {
    if (rules === undefined) {
      if (record.kind === "broken")
        throw new CliFailure("bad_header", `line ${record.line} of ${file}: ${record.reason}`);
      rules = rulesOf(record.cells);
      continue;
    }
    number++;
    if (record.kind === "broken") {
      yield { kind: "malformed", line: record.line, reason: record.reason };
      continue;
    }
    const outcome = readRow(record.cells, number, rules);
    yield outcome.kind === "row" ? outcome : { ...outcome, line: record.line };
  }
}
