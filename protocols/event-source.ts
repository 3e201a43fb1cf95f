import { z } from "zod";
import { canonicalJson } from "./json.ts";
import type { Condition } from "./condition.ts";
import { EventName } from "./event.ts";
import { isFilterText } from "./metric-constants.ts";
import { MetricFilter } from "./metric-filter.ts";

// Where a metric's events come from: a name, which of them, and what each is worth.

export { EventName };

/** Where the number stands among an event's properties, instead of in its own value: a member's name, or a dotted path. */
const ValuePath = z.string().min(1).max(256).refine(isFilterText, { message: "needs well-formed text" });

/** Of events that are counted. */
export const counted = {
  event: EventName,
  /** Which of them: a condition over their properties (docs/pipeline.md, R13). Absent: all. */
  filter: MetricFilter.optional(),
};
/** Of events whose values are added or averaged. */
export const valued = { ...counted, value: ValuePath.optional() };

export interface EventSource {
  readonly event: string;
  readonly filter?: Condition | undefined;
  readonly value?: string | undefined;
}

/** The same for sources that read the same: an event's name, where that is all. No name has a NUL. */
export function sourceKey({ event, filter, value }: EventSource): string {
  return filter === undefined && value === undefined
    ? event
    : `${event}\0${canonicalJson({ filter, value })}`;
}
