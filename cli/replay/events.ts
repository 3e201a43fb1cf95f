import type { ReplayRow, Measurement } from "./row.ts";

/** As the HTTP interface takes them (ExposureInput, OutcomeInput). */
export interface ReplayEvent {
  readonly id: string;
  readonly ts: number;
  readonly unit: string;
  readonly experiment?: string;
  readonly variant?: string;
  readonly name?: string;
  readonly value?: number;
}

export interface EventRules {
  readonly experiment: string;
  /** Key of each variant by its name in the file. */
  readonly variantKeys: ReadonlyMap<string, string>;
  /** For rows without a time: the row's number in ms is added, so that order is kept. All of it lies in the past. */
  readonly baseTs: number;
}

export interface RowEvents {
  readonly exposure: ReplayEvent;
  readonly outcomes: readonly ReplayEvent[];
}

export const numeratorEvent = (metric: string): string => `${metric}.numerator`;
export const denominatorEvent = (metric: string): string => `${metric}.denominator`;

/** A row as events. Their ids come from the row alone, so sending one again never counts twice. */
export function eventsOf(row: ReplayRow, rules: EventRules): RowEvents {
  const ts = row.ts ?? rules.baseTs + row.number;
  const id = (suffix: string): string => `${rules.experiment}:${row.number}:${suffix}`;
  const { unit } = row;
  const variant = rules.variantKeys.get(row.variant);
  return {
    exposure: {
      id: id("x"),
      ts,
      unit,
      experiment: rules.experiment,
      ...(variant === undefined ? {} : { variant }),
    },
    // At the exposure's own time: what happens at that instant counts.
    outcomes: row.measurements.flatMap((measurement) =>
      measured(measurement).map(({ suffix, name, value }) => ({
        id: id(suffix),
        ts,
        unit,
        name,
        ...(value === undefined ? {} : { value }),
      })),
    ),
  };
}

interface Measured {
  readonly suffix: string;
  readonly name: string;
  readonly value?: number;
}

function measured(measurement: Measurement): Measured[] {
  const { key } = measurement.metric;
  if ("times" in measurement) {
    const several = measurement.times > 1;
    return Array.from({ length: measurement.times }, (_, index) => ({
      suffix: several ? `${key}:${index}` : key,
      name: key,
    }));
  }
  if ("value" in measurement) return [{ suffix: key, name: key, value: measurement.value }];
  const { numerator, denominator } = measurement;
  return [
    { suffix: `${key}:n`, name: numeratorEvent(key), value: numerator },
    { suffix: `${key}:d`, name: denominatorEvent(key), value: denominator },
  ];
}
