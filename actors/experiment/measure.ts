import type { EventSource } from "../../protocols/event-source.ts";
import { sourceKey } from "../../protocols/event-source.ts";
import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { Metric, RatioTerm } from "../../protocols/metric.ts";
import { analysisUnitOf, hasCovariate, sourceOf } from "../../protocols/metric-shape.ts";
import { funnelOf, sessionsOf, type Derivation } from "./derived.ts";
import { lifetime, windowOf, type Window } from "./window.ts";

// What a metric is to the fold: two numbers of each unit, what an event does to them, and how they are summed over units.
// This is the only place that knows the metrics' types.

/** A byte for a flag, four for a count, eight for an amount. */
export type ColumnKind = "flag" | "count" | "amount";

/** What an event adds to a number. */
export type Increment = "nothing" | "one" | "value";

/** How an event changes a unit's numbers: it adds to them, it may be the earliest, or they are derived from all of it. */
type Role = "adds" | "earliest" | "derives";

/** A metric's use of one source of events. */
export interface Reading {
  readonly metric: number;
  readonly role: Role;
  readonly first: Increment;
  readonly second: Increment;
  readonly window: Window;
  /** No single value counts as more. */
  readonly limit: number;
}

export interface Measure {
  readonly key: string;
  /** `successes`: units whose first number is above 0. `totals`: the first number. `averages`: first / second, of units
   * with a second. `pairs`: both. `counted`: how many units have a second. */
  readonly sums: "successes" | "totals" | "averages" | "pairs" | "counted";
  readonly first: ColumnKind;
  readonly second?: ColumnKind;
  /** No unit's value counts as more; of pairs, no first number. */
  readonly cap: number;
  readonly hasCovariate: boolean;
  readonly readings: readonly (readonly [source: string, reading: Reading])[];
  /** The numbers depend on t0: they are made anew from kept events when it moves. */
  readonly isRecounted: boolean;
  readonly derivation?: Derivation;
}

type Shape = Pick<Measure, "sums" | "first" | "second">;
const none = Number.POSITIVE_INFINITY;

export const measuresOf = ({ experiment, metrics }: ExperimentDefinition): Measure[] =>
  metrics.map((metric, index) => measureOf(metric, index, experiment.unit));

function measureOf(metric: Metric, index: number, experimentUnit: string): Measure {
  const { definition, cap } = metric;
  const unit = analysisUnitOf(metric, experimentUnit);
  const capped = cap !== undefined && "value" in cap ? cap.value : none;
  const window = windowOf(metric);
  const readings: (readonly [string, Reading])[] = [];
  const read = (source: EventSource, first: Increment, second: Increment, others: Partial<Reading> = {}) =>
    readings.push([
      sourceKey(source),
      { metric: index, role: "adds", first, second, window, limit: none, ...others },
    ]);
  const made = (shape: Shape, others: Partial<Measure> = {}): Measure => ({
    key: metric.key,
    ...shape,
    cap: capped,
    hasCovariate: hasCovariate(metric, experimentUnit),
    readings: merged(readings),
    isRecounted: window !== lifetime || readings.some(([, { role }]) => role !== "adds"),
    ...others,
  });

  if (unit === "session" && "event" in definition) {
    read(definition, "value", "one", { role: "derives" });
    return made(pairs, { cap: none, derivation: sessionsOf(definition.type, window, capped) });
  }
  switch (definition.type) {
    case "binary":
    case "retention":
      read(definition, "one", "nothing");
      return made({ sums: "successes", first: "flag" });
    case "count":
      read(definition, "one", "nothing");
      return made({ sums: "totals", first: "count" });
    case "sum":
      read(definition, "value", "nothing");
      return made({ sums: "totals", first: "amount" });
    case "mean":
      read(definition, "value", "one", unit === "event" ? { limit: capped } : {});
      return unit === "event"
        ? made(pairs, { cap: none })
        : made({ sums: "averages", first: "amount", second: "count" });
    case "ratio": {
      const { numerator, denominator } = definition;
      read(numerator, incrementOf(numerator), "nothing");
      read(denominator, "nothing", incrementOf(denominator));
      return made({ sums: "pairs", first: kindOf(numerator), second: kindOf(denominator) });
    }
    case "funnel":
      for (const step of definition.steps) read(step, "nothing", "nothing", { role: "derives" });
      return made(
        { sums: "successes", first: "flag" },
        { derivation: funnelOf(definition.steps.map(sourceKey), window) },
      );
    case "time_to":
      read(sourceOf(definition), "nothing", "nothing", { role: "earliest" });
      return made({ sums: "averages", first: "amount", second: "flag" });
    case "percentile":
      read(definition, "value", "one");
      return made({ sums: "counted", first: "amount", second: "count" });
  }
}

const pairs: Shape = { sums: "pairs", first: "amount", second: "count" };
const incrementOf = ({ aggregate }: RatioTerm): Increment => (aggregate === "count" ? "one" : "value");
const kindOf = ({ aggregate }: RatioTerm): ColumnKind => (aggregate === "count" ? "count" : "amount");

/** Of one source one reading: both sides of a ratio may read the same, and steps of a funnel may be alike. */
function merged(readings: Measure["readings"]): Measure["readings"] {
  const bySource = new Map<string, Reading>();
  for (const [source, reading] of readings) {
    const { first, second } = bySource.get(source) ?? reading;
    bySource.set(source, {
      ...reading,
      first: first === "nothing" ? reading.first : first,
      second: second === "nothing" ? reading.second : second,
    });
  }
  return [...bySource];
}

export const amountOf = (increment: Increment, value: number, limit: number): number =>
  increment === "value" ? atMost(value, limit) : increment === "one" ? 1 : 0;

/** As Math.min for numbers; each event asks it a few times. */
export const atMost = (value: number, limit: number): number => (value > limit ? limit : value);
