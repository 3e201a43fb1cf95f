import { exceptions } from "./exception.ts";
import { quote } from "./parameters.ts";
import type { Statement } from "./statement.ts";

// Settings are written into the statement that they belong to. `SET` would outlive it: a deduplication token left on a
// connection silently dropped later inserts. So SET and USE are refused, and nothing ever runs before a statement.

/** Settings of ClickHouse's HTTP layer, which the engine does not know. */
const httpOnly = new Set([
  "wait_end_of_query",
  "send_progress_in_http_headers",
  "http_headers_progress_interval_ms",
  "http_response_buffer_size",
  "buffer_size",
  "compress",
  "decompress",
  "enable_http_compression",
  "http_zlib_compression_level",
  "session_timeout",
  "session_check",
]);

export type Settings = ReadonlyMap<string, string>;

export function engineSettings(parameters: Iterable<[string, string]>): Map<string, string> {
  const settings = new Map<string, string>();
  for (const [name, value] of parameters) {
    if (httpOnly.has(name)) continue;
    if (!/^[A-Za-z_]\w*$/.test(name)) throw exceptions.badArguments(`Invalid setting name ${name}`);
    settings.set(name, value);
  }
  return settings;
}

export const settingsList = (settings: Settings): string =>
  [...settings].map(([name, value]) => `${name}=${quote(value)}`).join(", ");

/** Statements that answer rows take FORMAT, and SETTINGS after it. */
const verbsWithOutput = new Set(["SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "EXISTS", "EXPLAIN", "CHECK"]);
const insertHead = /^(\s*INSERT\s+INTO\s+(?:TABLE\s+)?[\w.`]+\s*(?:\([^()]*\))?)/i;

/** The statement with its settings inside. `bound` is its text with values in place of the placeholders. */
export function withSettings(
  statement: Statement,
  bound: string,
  settings: Settings,
  defaultFormat: string,
): string {
  const { verb } = statement;
  if (verb === "SET" || verb === "USE") throw exceptions.notImplemented(`${verb} would outlive its request`);
  if (verb === "INSERT") {
    if (settings.size === 0) return bound;
    if (!insertHead.test(bound)) throw exceptions.notImplemented("Settings of this form of INSERT");
    return bound.replace(insertHead, (head) => `${head} SETTINGS ${settingsList(settings)}`);
  }
  const needsFormat = statement.format === undefined && verbsWithOutput.has(verb);
  const formatted = needsFormat ? `${bound}\nFORMAT ${defaultFormat}` : bound;
  if (settings.size === 0) return formatted;
  // After CREATE, a bare SETTINGS would become part of the table.
  const separator =
    verb === "CREATE" && statement.format === undefined ? "\nFORMAT Null SETTINGS " : "\nSETTINGS ";
  return `${formatted}${separator}${settingsList(settings)}`;
}
