import { exceptions } from "./exception.ts";
import type { Statement } from "./statement.ts";

// Values for `{name:Type}`. The engine's own binding is process-wide: one parameterised query at a time, whatever the
// connection (a look-up waited 5 s behind a report). So each value becomes a quoted literal cast to its declared type,
// which is what the engine makes of a parameter as well. Quoting is the whole of the safety; see the property test.

export function bindParameters(statement: Statement, values: ReadonlyMap<string, string>): string {
  const { text, placeholders } = statement;
  let bound = "";
  let from = 0;
  for (const { start, end, name, type } of placeholders) {
    const value = values.get(name);
    if (value === undefined) throw exceptions.unknownParameter(name);
    bound += text.slice(from, start) + literalOf(value, type);
    from = end;
  }
  return bound + text.slice(from);
}

function literalOf(value: string, type: string): string {
  if (type === "Identifier") return `\`${escape(unescapeTsv(value), "`")}\``;
  if (value === "\\N") return `_CAST(NULL, ${quote(type)})`;
  if (/^(Map|Nested|Variant)\b/.test(type)) throw exceptions.notImplemented(`A parameter of type ${type}`); // no cast from text
  // Arrays and tuples carry literals with escapes of their own; anything else is one tab-separated field.
  const text = /^(Array|Tuple)\b/.test(type) ? value : unescapeTsv(value);
  return type === "String" ? quote(text) : `_CAST(${quote(text)}, ${quote(type)})`;
}

export const quote = (text: string): string => `'${escape(text, "'")}'`;

function escape(text: string, delimiter: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll(delimiter, `\\${delimiter}`).replaceAll("\0", "\\0"); // a raw NUL would end the statement at the C boundary
}

const escaped: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r", b: "\b", f: "\f", "0": "\0" };

const unescapeTsv = (value: string): string =>
  value.replace(/\\([\s\S])/g, (_, character: string) => escaped[character] ?? character);
