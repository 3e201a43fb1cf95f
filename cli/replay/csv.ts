import { createReadStream } from "node:fs";
import { parse } from "csv-parse";
import { CliFailure, sentenceOf, systemCodeOf } from "../failure.ts";

/** One record of the file after its header, or a stretch of it that is no CSV. */
export type CsvRecord =
  | { readonly kind: "cells"; readonly line: number; readonly cells: readonly string[] }
  | { readonly kind: "broken"; readonly line: number; readonly reason: string };

/** No sensible row is longer; it bounds what one stray quotation mark can swallow. */
const recordCharactersMax = 1024 * 1024;

/**
 * Streams a CSV file: RFC 4180 with any line end, quoted commas and line breaks, and an optional byte order mark. The
 * first record is the header; `line` is where a record ends.
 */
export async function* readCsv(file: string): AsyncGenerator<CsvRecord> {
  const input = createReadStream(file);
  // The parser is ahead of us, so what it skips is met early: it waits here for its line, because the numbers of rows
  // (and with them the ids of events) must not depend on how the file was cut into chunks.
  const broken: CsvRecord[] = [];
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true, // a short or long row is one malformed row, not the end of the file
    skip_empty_lines: true,
    record_delimiter: ["\r\n", "\n", "\r"],
    max_record_size: recordCharactersMax,
    skip_records_with_error: true,
    on_skip: (error) => {
      broken.push({ kind: "broken", line: lineOf(error), reason: reasonOf(error) });
      return undefined;
    },
  });
  input.on("error", (error) => parser.destroy(error));
  input.pipe(parser);
  try {
    for await (const item of parser) {
      const { record, info } = item as { record: string[]; info: { lines: number } };
      while (broken[0] !== undefined && broken[0].line < info.lines) yield* broken.splice(0, 1);
      yield { kind: "cells", line: info.lines, cells: record };
    }
    yield* broken.splice(0);
  } catch (error) {
    throw readFailure(file, error);
  } finally {
    input.destroy();
  }
}

/** csv-parse hangs what it knows on its errors without naming it in their type. */
const lineOf = (error: object | undefined): number =>
  error !== undefined && "lines" in error && typeof error.lines === "number" ? error.lines : 0;
const reasonOf = (error: Error | undefined): string => `not CSV: ${error?.message ?? "unknown"}`;

function readFailure(file: string, error: unknown): CliFailure {
  switch (systemCodeOf(error)) {
    case "ENOENT":
      return new CliFailure("file_not_found", `there is no file ${file}`);
    case "EACCES":
      return new CliFailure("file_forbidden", `this user may not read ${file}`);
    case "EISDIR":
      return new CliFailure("file_is_directory", `${file} is a directory`);
    case undefined:
    default:
      return new CliFailure("file_unreadable", `${file} cannot be read: ${sentenceOf(error)}`);
  }
}
