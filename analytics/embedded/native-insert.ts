import { exceptions } from "./exception.ts";
import { quote } from "./parameters.ts";
import { settingsList } from "./settings.ts";
import type { Settings } from "./settings.ts";

// The engine takes text formats as they come; columns it reads from a file.

/**
 * One reader and one writer: rows of one partition become one part, however many there are. Columns are found by name and
 * converted, as a server does with a body of this format.
 */
const ownSettings: Settings = new Map([
  ["max_threads", "1"],
  ["max_insert_threads", "1"],
  ["schema_inference_use_cache_for_file", "0"],
]);

export function insertFromFile(
  table: string,
  columns: readonly string[] | undefined,
  settings: Settings,
): (path: string) => string {
  if (columns === undefined) throw exceptions.notImplemented("Native without the names of its columns");
  const names = columns.map(nameOf).join(", ");
  const all = settingsList(new Map([...settings, ...ownSettings]));
  return (path) =>
    `INSERT INTO ${table} (${names}) SETTINGS ${all} SELECT ${names} FROM file(${quote(path)}, 'Native')`;
}

function nameOf(column: string): string {
  if (!/^[A-Za-z_][\w.]*$/.test(column)) throw exceptions.badArguments(`Invalid column name ${column}`);
  return `\`${column}\``;
}
