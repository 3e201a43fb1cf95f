import { assert } from "../../protocols/assert.ts";
import { valueMax } from "../../protocols/event.ts";
import type { EventSource } from "../../protocols/event-source.ts";
import type { UnitId } from "../../protocols/ids.ts";
import type { Json } from "../../protocols/json.ts";
import type { MetricRecord } from "../../protocols/log-record.ts";
import { attributeReader } from "../../evaluation/attribute.ts";
import { holds } from "../../evaluation/check.ts";
import { CheckMaker } from "../../evaluation/conditions.ts";

/** What an event is worth to a source; undefined when it is none of its events. */
export type ReadSource = (record: MetricRecord) => number | undefined;

const nobody = { unitId: "" as UnitId, now: 0 };
const noProperties: Readonly<Record<string, Json>> = {};

/** A filter decides as a condition of a flag does, over the event's properties; a value is a number or none at all. */
export function sourceReader({ event, filter, value }: EventSource): ReadSource {
  // Its operators are those that look at nothing but the attribute, so that there is neither a salt nor a segment.
  const check = filter === undefined ? undefined : new CheckMaker("", () => undefined).checkOf(filter);
  assert(
    filter === undefined || check !== undefined,
    `the filter of ${event} was checked when it was taken in`,
  );
  const read = value === undefined ? undefined : attributeReader(value);
  return (record) => {
    const attributes = record.metadata ?? noProperties;
    if (check !== undefined && !holds(check, { ...nobody, attributes })) return undefined;
    if (read === undefined) return record.value;
    const found = read(attributes);
    return typeof found === "number" && Math.abs(found) <= valueMax ? found : undefined;
  };
}
