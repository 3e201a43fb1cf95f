import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Session } from "chdb";

// A table file as JSON lines on standard output, in the file's order. A process of its own, as whatever holds the engine:
// its crash is nobody else's.
// Usage: node table-worker.ts FILE FORMAT

const [file = "", format = "Parquet"] = process.argv.slice(2);
/** One thread reads in the file's order, which is what makes rows have numbers. */
const settings =
  "max_threads = 1, input_format_parquet_preserve_order = 1, date_time_output_format = 'iso', session_timezone = 'UTC', output_format_json_quote_64bit_integers = 0, output_format_json_quote_denormals = 0";

const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

const folder = mkdtempSync(join(tmpdir(), "weir-table-"));
try {
  const session = new Session(folder);
  const sql = `SELECT * FROM file(${quoted(file)}, ${quoted(format)}) SETTINGS ${settings}`;
  for await (const chunk of session.queryStream(sql, { format: "JSONEachRow" }))
    if (!process.stdout.write(chunk.raw())) await once(process.stdout, "drain");
  session.close();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
