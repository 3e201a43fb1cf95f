import type { RawInsertFormat } from "chdb";
import type { Engine, Output, Taker } from "./engine.ts";
import { exceptions } from "./exception.ts";
import { insertFromFile } from "./native-insert.ts";
import { bindParameters } from "./parameters.ts";
import { withSettings } from "./settings.ts";
import type { Settings } from "./settings.ts";
import { readStatement } from "./statement.ts";

export interface Execution {
  /** From the URL; empty when the body is the statement. */
  readonly query: string;
  readonly body: Buffer;
  readonly parameters: ReadonlyMap<string, string>;
  readonly settings: Settings;
  readonly defaultFormat: string;
  /** Takes columns as they are made. */
  readonly taker: Taker;
}

/** Of many rows for a program, not for eyes: sent as it is made, so that its size is no bound. And taken in as it is. */
const nativeFormat = "Native";
const poured: Output = { bytes: new Uint8Array(), elapsedMs: 0, rowsRead: 0, bytesRead: 0 };

const insertWithBody = /^INSERT\s+INTO\s+(?:TABLE\s+)?([\w.]+)\s*(?:\(([^()]*)\))?\s*FORMAT\s+(\w+)$/i;
const textFormats = {
  JSONEachRow: "JSONEachRow",
  JSONCompactEachRow: "JSONCompactEachRow",
  CSV: "CSV",
  CSVWithNames: "CSVWithNames",
  TSV: "TSV",
  TabSeparated: "TabSeparated",
  TSVWithNames: "TSVWithNames",
  TabSeparatedWithNames: "TabSeparatedWithNames",
} as const satisfies Record<string, RawInsertFormat>;
const isTextFormat = (name: string): name is keyof typeof textFormats => Object.hasOwn(textFormats, name);

/** One request's statement, with parameters bound and settings inside, on a connection of its kind. */
export async function execute(
  engine: Engine,
  execution: Execution,
): Promise<Output & { readonly format: string }> {
  const { query, body, parameters, settings, defaultFormat } = execution;
  if (query !== "" && body.length > 0) {
    const insert = insertWithBody.exec(query.trim());
    if (insert !== null) return { ...(await insertBody(engine, insert, execution)), format: defaultFormat };
  }
  const sql = query === "" ? body.toString() : body.length === 0 ? query : `${query}\n${body.toString()}`;
  const statement = readStatement(sql);
  if (statement.text === "") throw exceptions.syntax("Empty query");
  if (statement.verb === "INSERT") {
    // Its data may look like anything, so it is neither scanned for a second statement nor for placeholders.
    const text = withSettings(statement, sql, settings, defaultFormat);
    return { ...(await engine.run("write", text, defaultFormat)), format: defaultFormat };
  }
  if (statement.hasFollower) throw exceptions.syntax("Multi-statements are not allowed");
  const text = withSettings(statement, bindParameters(statement, parameters), settings, defaultFormat);
  const format = statement.format ?? defaultFormat;
  if (format === nativeFormat) {
    await engine.stream(text, defaultFormat, execution.taker);
    return { ...poured, format };
  }
  const lane = statement.verb === "KILL" ? "kill" : "read";
  return { ...(await engine.run(lane, text, defaultFormat)), format };
}

async function insertBody(
  engine: Engine,
  insert: RegExpExecArray,
  { body, settings }: Execution,
): Promise<Output> {
  const [, table = "", columns, format = ""] = insert;
  const names = columns?.split(",").map((column) => column.trim().replaceAll("`", ""));
  if (format === nativeFormat)
    return engine.insertNative({ body, statement: insertFromFile(table, names, settings) });
  if (!isTextFormat(format))
    throw exceptions.unknownFormat(`${format}: the embedded warehouse reads text formats and Native`);
  return engine.insert({
    table,
    columns: names,
    format,
    body,
    settings: Object.fromEntries(settings),
  });
}
