import { futureMsMax } from "../../protocols/event.ts";
import { binaryCell, countCell, countMax, numberCell, timeCell } from "./cells.ts";
import type { Columns } from "./columns.ts";
import type { ReplayMetric } from "./metric-option.ts";

/** What a metric's cell(s) of one row say, checked. */
export type Measurement =
  | { readonly metric: ReplayMetric; readonly times: number }
  | { readonly metric: ReplayMetric; readonly value: number }
  | { readonly metric: ReplayMetric; readonly numerator: number; readonly denominator: number };

export interface ReplayRow {
  /** Counted over all data rows, so that it names the same row in every run. */
  readonly number: number;
  readonly unit: string;
  /** As in the file. */
  readonly variant: string;
  readonly ts?: number;
  readonly measurements: readonly Measurement[];
}

export type RowOutcome =
  | { readonly kind: "row"; readonly row: ReplayRow }
  | { readonly kind: "malformed"; readonly reason: string };

export interface RowRules {
  readonly columns: Columns;
  /** When given, any other variant is malformed. */
  readonly variants?: ReadonlySet<string>;
  /** Start of the replay; what is later than a clock may be wrong by is malformed. */
  readonly now: number;
}

/** The longest raw key the service takes. */
const unitLengthMax = 1_024;

const malformed = (reason: string): RowOutcome => ({ kind: "malformed", reason });

export function readRow(
  cells: readonly string[],
  number: number,
  { columns, variants, now }: RowRules,
): RowOutcome {
  if (cells.length !== columns.count) return malformed(`${cells.length} cells instead of ${columns.count}`);
  const cell = (index: number): string => cells[index] ?? "";

  const unit = columns.unit === undefined ? `row-${number}` : cell(columns.unit).trim();
  if (unit === "") return malformed("the unit is empty");
  if (unit.length > unitLengthMax) return malformed(`the unit is longer than ${unitLengthMax} characters`);
  const variant = cell(columns.variant).trim();
  if (variant === "") return malformed("the variant is empty");
  if (variants !== undefined && !variants.has(variant)) return malformed(`unknown variant ${quote(variant)}`);

  const ts = columns.time === undefined ? undefined : timeCell(cell(columns.time));
  if (columns.time !== undefined) {
    if (ts === undefined) return malformed(`${quote(cell(columns.time))} is no time`);
    if (ts > now + futureMsMax) return malformed(`${quote(cell(columns.time))} is in the future`);
  }

  const measurements: Measurement[] = [];
  for (const metric of columns.metrics) {
    const measurement = measure(metric, cell);
    if (typeof measurement === "string") return malformed(measurement);
    measurements.push(measurement);
  }
  return { kind: "row", row: { number, unit, variant, measurements, ...(ts === undefined ? {} : { ts }) } };
}

/** The measurement, or what is wrong with it. */
function measure(metric: ReplayMetric, cell: (index: number) => string): Measurement | string {
  switch (metric.type) {
    case "binary": {
      const had = binaryCell(cell(metric.column));
      return had === undefined
        ? `${metric.name}: ${quote(cell(metric.column))} is not 0, 1, true or false`
        : { metric, times: had ? 1 : 0 };
    }
    case "count": {
      const times = countCell(cell(metric.column));
      return times === undefined
        ? `${metric.name}: ${quote(cell(metric.column))} is not a whole number from 0 to ${countMax}`
        : { metric, times };
    }
    case "sum":
    case "mean": {
      const value = numberCell(cell(metric.column));
      return value === undefined ? notANumber(metric.name, cell(metric.column)) : { metric, value };
    }
    case "ratio": {
      const numerator = numberCell(cell(metric.numerator));
      if (numerator === undefined) return notANumber(metric.name, cell(metric.numerator));
      const denominator = numberCell(cell(metric.denominator));
      return denominator === undefined
        ? notANumber(metric.name, cell(metric.denominator))
        : { metric, numerator, denominator };
    }
  }
}

const notANumber = (name: string, text: string): string => `${name}: ${quote(text)} is not a number`;
const quote = (text: string): string => (text.trim() === "" ? "an empty cell" : `'${text.slice(0, 40)}'`);
