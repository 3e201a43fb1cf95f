import { createHash } from "node:crypto";
import type { z } from "zod";
import {
  ConsentInput,
  DecisionInput,
  eventTypes,
  ExposureInput,
  IdentifyInput,
  OutcomeInput,
  RewardInput,
  ShadowInput,
  SlotInput,
  type EventType,
} from "../../protocols/event.ts";
import { issuesOf } from "../../protocols/errors.ts";
import type { Json } from "../../protocols/json.ts";
import { usageFailure } from "../failure.ts";
import { binaryCell, numberCell, timeCell } from "../replay/cells.ts";

// Rows as events. A column named like a member of an event is that member; others are named by --map, and the rest is
// left out.

const schemas: Readonly<Record<EventType, z.ZodObject>> = {
  exposure: ExposureInput,
  metric: OutcomeInput,
  decision: DecisionInput,
  slot: SlotInput,
  reward: RewardInput,
  shadow: ShadowInput,
  identify: IdentifyInput,
  consent: ConsentInput,
};

/** Of any kind of event. */
export const members: ReadonlySet<string> = new Set(
  Object.values(schemas).flatMap((schema) => Object.keys(schema.shape)),
);
const numeric: ReadonlySet<string> = new Set(["value", "propensity", "version", "servedMs", "candidateMs"]);
const yesOrNo: ReadonlySet<string> = new Set(["bot", "analytics"]);

export interface Mapping {
  /** Member → column. */
  readonly columns: ReadonlyMap<string, string>;
  /** Member → what every row says. */
  readonly constants: ReadonlyMap<string, string>;
  /** Columns that become properties of the event. */
  readonly properties: readonly string[];
}

export interface MappingOptions {
  readonly map?: readonly string[];
  readonly set?: readonly string[];
  readonly properties?: string;
}

export function mappingOf({ map = [], set = [], properties = "" }: MappingOptions): Mapping {
  const pairs = (option: string, texts: readonly string[]): Map<string, string> => {
    const found = new Map<string, string>();
    for (const text of texts) {
      const [, member = "", value = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
      if (!members.has(member))
        throw usageFailure(
          `${option} '${text}': events have no member '${member || text}'; they have ${[...members].sort().join(", ")}`,
        );
      found.set(member, value);
    }
    return found;
  };
  const names = properties.split(",").map((name) => name.trim());
  return {
    columns: pairs("--map", map),
    constants: pairs("--set", set),
    properties: names.filter((name) => name !== ""),
  };
}

/** Which column is which member, of these columns. */
export function columnsUsed(mapping: Mapping, header: Iterable<string>): Map<string, string> {
  const used = new Map([...mapping.columns].map(([member, column]) => [column, member]));
  for (const name of header)
    if (members.has(name) && !mapping.columns.has(name) && !mapping.constants.has(name) && !used.has(name))
      used.set(name, name);
  for (const name of mapping.properties) if (!used.has(name)) used.set(name, "properties");
  return used;
}

export type Mapped =
  | { readonly kind: "event"; readonly event: Readonly<Record<string, Json>> }
  | { readonly kind: "malformed"; readonly reason: string; readonly column?: string };

type Cells = Readonly<Record<string, Json>>;

/** `file` names the table: with the row's number and content it makes the id of an event that brings none. */
export function eventOf(
  cells: Cells,
  number: number,
  { mapping, file }: { mapping: Mapping; file: string },
): Mapped {
  const event: Record<string, Json> = {};
  for (const [member, text] of mapping.constants) {
    const value = memberOf(member, text);
    if (value === undefined) return malformed(`${member}: '${text}' is no ${wantedOf(member)}`);
    event[member] = value;
  }
  for (const [column, member] of columnsUsed(mapping, Object.keys(cells))) {
    const cell = cells[column];
    if (cell === undefined || cell === null || cell === "" || mapping.properties.includes(column)) continue;
    const value = memberOf(member, cell);
    if (value === undefined) return malformed(`${column}: ${shown(cell)} is no ${wantedOf(member)}`, column);
    event[member] = value;
  }
  const properties = mapping.properties.flatMap((name) => propertyOf(name, cells[name]));
  if (properties.length > 0) event["properties"] = Object.fromEntries(properties);
  event["id"] ??= idOf(cells, number, file);
  if (event["ts"] === undefined) return malformed("it has no time: --map ts=COLUMN names it");
  const type = eventTypes.find((each) => each === event["type"]);
  if (type === undefined)
    return malformed(`type must be one of ${eventTypes.join(", ")}: --set type=metric says it for all rows`);
  const parsed = schemas[type].safeParse(event);
  if (parsed.success) return { kind: "event", event };
  const [issue] = issuesOf(parsed.error);
  return malformed(`${issue?.path ?? ""}: ${issue?.message ?? "is wrong"}`.replace(/^: /, ""));
}

const malformed = (reason: string, column?: string): Mapped => ({
  kind: "malformed",
  reason,
  ...(column === undefined ? {} : { column }),
});

function memberOf(member: string, cell: Json): Json | undefined {
  if (member === "ts") return timeCell(cellText(cell));
  if (numeric.has(member)) return typeof cell === "number" ? cell : numberCell(cellText(cell));
  if (yesOrNo.has(member)) return typeof cell === "boolean" ? cell : binaryCell(cellText(cell));
  return typeof cell === "object" ? cell : cellText(cell).trim();
}

const wantedOf = (member: string): string =>
  member === "ts" ? "time" : yesOrNo.has(member) ? "yes or no" : "number";

function propertyOf(name: string, cell: Json | undefined): [string, Json][] {
  if (cell === undefined || cell === null || cell === "") return [];
  return [[name, typeof cell === "string" ? (numberCell(cell) ?? cell) : cell]];
}

/** Of what the row says, not of what it was made into: sent again with another mapping, it is the same event. */
function idOf(cells: Cells, number: number, file: string): string {
  const content = JSON.stringify([file, Object.entries(cells)]);
  return `backfill:${number}:${createHash("sha256").update(content).digest("base64url").slice(0, 22)}`;
}

const shown = (cell: Json): string => `'${cellText(cell).slice(0, 40)}'`;

/** A cell for people and parsers: text as it is, all else as JSON. */
export const cellText = (cell: Json): string => (typeof cell === "string" ? cell : JSON.stringify(cell));
