import type { Json } from "../../../protocols/json.ts";
import type { Binder } from "../binder.ts";
import type { PropertySql } from "../property.ts";
import type { Test } from "./test.ts";

// Properties that are lists, of members of any types: each is compared with constants of its own type, and one that is a
// list, an object or null with none.

export function listTest(
  op: "has_any" | "has_all",
  wanted: readonly Json[],
  { isList, members }: PropertySql,
  binder: Binder,
): Test {
  const [has, by] = op === "has_any" ? (["hasAny", "OR"] as const) : (["hasAll", "AND"] as const);
  const of = (type: string): Json[] => wanted.filter((each) => typeof each === type);
  const found: string[] = [];
  const [texts, numbers, truths] = [of("string"), of("number"), of("boolean")];
  if (texts.length > 0) found.push(`${has}(${textsOf(members)}, ${bindList(texts, "String", binder)})`);
  if (numbers.length > 0) {
    const list = bindList(
      numbers.map((each) => Number(each) + 0),
      "Float64",
      binder,
    ); // −0 is 0
    found.push(`${has}(${numbersOf(members)}, ${list})`);
  }
  if (truths.length > 0)
    found.push(`${has}(${members}, [${truths.map((each) => `'${JSON.stringify(each)}'`).join(", ")}])`);
  return { isFit: isList, holds: found.join(` ${by} `) };
}

const bindList = (list: readonly Json[], type: string, binder: Binder): string =>
  binder.bind(list as readonly string[] | readonly number[], `Array(${type})`);

/** A text's JSON begins with a quotation mark, and nothing else's does. */
const textsOf = (members: string): string =>
  `arrayMap(r -> JSONExtractString(r), arrayFilter(r -> startsWith(r, '"'), ${members}))`;

/**
 * Read as the parser reads them that JavaScript has as well. ClickHouse writes a large number of a list with all its digits,
 * and would then take it for an integer beyond 64 bits, which is none: so whole numbers get an exponent.
 */
const numbersOf = (members: string): string =>
  `arrayMap(r -> JSONExtractFloat(if(position(r, '.') > 0 OR position(r, 'e') > 0, r, concat(r, 'e0'))), ` +
  `arrayFilter(r -> startsWith(r, '-') OR (r >= '0' AND r < ':'), ${members}))`;
