import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { extname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Json } from "../../protocols/json.ts";
import { CliFailure, sentenceOf, usageFailure } from "../failure.ts";
import { projectRoot } from "../paths.ts";
import { readCsv } from "../replay/csv.ts";

// A file of rows, whatever its format: one at a time, each with its number, which is the same in every run.

export type TableRow =
  | { readonly kind: "row"; readonly number: number; readonly cells: Readonly<Record<string, Json>> }
  | { readonly kind: "broken"; readonly number: number; readonly reason: string };

export const tableFormats = ["csv", "ndjson", "parquet"] as const;
export type TableFormat = (typeof tableFormats)[number];

const endings: Readonly<Record<string, TableFormat>> = {
  ".csv": "csv",
  ".ndjson": "ndjson",
  ".jsonl": "ndjson",
  ".parquet": "parquet",
};

export function formatOf(file: string, named: TableFormat | undefined): TableFormat {
  const format = named ?? endings[extname(file).toLowerCase()];
  if (format !== undefined) return format;
  throw usageFailure(`what ${file} is cannot be told from its name: give --format ${tableFormats.join("|")}`);
}

export function readTable(file: string, format: TableFormat): AsyncGenerator<TableRow> {
  switch (format) {
    case "csv":
      return csvRows(file);
    case "ndjson":
      return jsonRows(fileStream(file), file);
    case "parquet":
      return parquetRows(file);
  }
}

async function* csvRows(file: string): AsyncGenerator<TableRow> {
  let header: readonly string[] | undefined;
  let number = 0;
  for await (const record of readCsv(file)) {
    if (header === undefined) {
      if (record.kind === "broken") throw new CliFailure("bad_header", `${file}: ${record.reason}`);
      header = record.cells.map((name) => name.trim());
      continue;
    }
    number++;
    if (record.kind === "broken") yield { kind: "broken", number, reason: record.reason };
    else if (record.cells.length === header.length)
      yield { kind: "row", number, cells: named(header, record.cells) };
    else yield { kind: "broken", number, reason: `${record.cells.length} cells instead of ${header.length}` };
  }
}

const named = (header: readonly string[], cells: readonly string[]): Record<string, Json> =>
  Object.fromEntries(header.map((name, index) => [name, cells[index] ?? ""]));

const fileStream = (file: string): Readable => createReadStream(file);

async function* jsonRows(input: Readable, file: string): AsyncGenerator<TableRow> {
  const failed = new Promise<never>((_, reject) =>
    input.once("error", (error) =>
      reject(new CliFailure("file_unreadable", `${file} cannot be read: ${sentenceOf(error)}`)),
    ),
  );
  failed.catch(() => undefined); // told by whichever line comes next, or at the end
  const lines = createInterface({ input, crlfDelay: Infinity })[Symbol.asyncIterator]();
  let number = 0;
  for (;;) {
    const { value: line, done } = await Promise.race([lines.next(), failed]);
    if (done === true) return;
    if (line.trim() === "") continue;
    number++;
    yield rowOf(line, number);
  }
}

function rowOf(line: string, number: number): TableRow {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return { kind: "row", number, cells: value as Record<string, Json> };
  } catch {
    // Said below, as of any other line that is no object.
  }
  return { kind: "broken", number, reason: "the line is no JSON object" };
}

/** Read by the engine that Weir brings along, in a process of its own. */
async function* parquetRows(file: string): AsyncGenerator<TableRow> {
  const worker = join(projectRoot, "analytics", "embedded", "table-worker.ts");
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", worker, file, "Parquet"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-2_000)));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  try {
    yield* jsonRows(child.stdout, file);
    if ((await ended) !== 0)
      throw new CliFailure("file_unreadable", `${file} cannot be read: ${said.trim()}`);
  } finally {
    child.kill();
  }
}
