import type { Binder } from "./binder.ts";

// A member of an event's properties, as ClickHouse reads it out of their JSON: a member of exactly that name first,
// otherwise the dots lead inwards, as in evaluation/attribute.ts. What is missing has the type of null.

export interface PropertySql {
  readonly isText: string;
  readonly isNumber: string;
  readonly isTruth: string;
  readonly isList: string;
  readonly isThere: string;
  readonly text: string;
  readonly number: string;
  readonly truth: string;
  /** Each as JSON. */
  readonly members: string;
}

export function propertySql(path: string, metadata: string, binder: Binder): PropertySql {
  const exact = binder.bind(path, "String");
  const parts = path.includes(".") ? path.split(".").map((part) => binder.bind(part, "String")) : [];
  const read = (how: string): string =>
    parts.length === 0
      ? `${how}(${metadata}, ${exact})`
      : `if(JSONHas(${metadata}, ${exact}), ${how}(${metadata}, ${exact}), ${how}(${metadata}, ${parts.join(", ")}))`;
  const type = read("JSONType");
  return {
    isText: `${type} = 'String'`,
    isNumber: `${type} IN ('Int64', 'UInt64', 'Double')`,
    isTruth: `${type} = 'Bool'`,
    isList: `${type} = 'Array'`,
    isThere: `${type} != 'Null'`,
    text: read("JSONExtractString"),
    number: read("JSONExtractFloat"),
    truth: read("JSONExtractBool"),
    members: read("JSONExtractArrayRaw"),
  };
}
