import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { LogRecord } from "../../protocols/log-record.ts";
import type { ExpectedOfVariant, MetricTest } from "../../protocols/metric-file.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { ExperimentSummary, MetricSummary, VariantSummary } from "../../protocols/results.ts";
import { expectedValues, type ExpectedValue } from "./check.ts";
import { testLog, testUnitId } from "./trial-log.ts";

// Runs one test of a metric file through the fold that counts in production, and compares.

/** What a fold makes of records (actors/experiment/trial.ts). */
export interface TrialOutcome {
  readonly summary: ExperimentSummary;
  readonly units: readonly {
    readonly unit: string;
    readonly variant: string;
    readonly values: Readonly<Record<string, number | null>>;
  }[];
}
export type Trial = (definition: ExperimentDefinition, records: readonly LogRecord[]) => TrialOutcome;

/** One number that is not what the test says; null: none. */
export interface Difference {
  /** `ada.revenue`, `treatment.revenue n`. */
  readonly where: string;
  readonly expected: number | null;
  readonly actual: number | null;
  /** Path of the expectation in the test. */
  readonly path: readonly string[];
}

/** Metrics of one experiment. */
const metricsPerTestMax = 100;

/** `inDocument`: keys of the metrics of the test's own document; `metrics`: all there are. */
export function runTest(
  test: MetricTest,
  metrics: readonly Metric[],
  inDocument: readonly string[],
  trial: Trial,
): readonly Difference[] {
  const expected = expectedValues(test, inDocument);
  const named = new Set(expected.flatMap(({ metric }) => metric ?? []));
  const wanted = metrics.filter(({ key }) => named.has(key)).slice(0, metricsPerTestMax);
  // Who is exposed and who is set aside can be asked of any metric.
  const { definition, records } = testLog(test, wanted.length > 0 ? wanted : metrics.slice(0, 1));
  const outcome = trial(definition, records);
  const unitDiffers = expected.filter(({ of }) => of === "units").flatMap((each) => ofUnit(each, outcome));
  const variantDiffers = expected
    .filter(({ of }) => of === "variants")
    .flatMap((each) => ofVariant(each, outcome));
  return [...unitDiffers, ...variantDiffers, ...counts(test, outcome)];
}

/** Doubles summed in another order differ in their last bits. */
const toleranceRelative = 1e-9;
const isSame = (a: number | null, b: number | null): boolean =>
  a === b ||
  (a !== null && b !== null && Math.abs(a - b) <= toleranceRelative * Math.max(1, Math.abs(a), Math.abs(b)));

function differs(
  where: string,
  expected: number | null,
  actual: number | null,
  path: readonly string[],
): Difference[] {
  return isSame(expected, actual) ? [] : [{ where, expected, actual, path }];
}

/** A unit that counts nowhere has no value. */
function ofUnit({ metric = "", name, value, path }: ExpectedValue, { units }: TrialOutcome): Difference[] {
  const id = testUnitId(name);
  const actual = units.find(({ unit }) => unit === id)?.values[metric] ?? null;
  return differs(`${name}.${metric}`, typeof value === "object" ? null : value, actual, path);
}

function ofVariant(
  { metric = "", name, value, path }: ExpectedValue,
  { summary }: TrialOutcome,
): Difference[] {
  const found = summary.variants.find(({ variant }) => variant === name)?.metrics[metric];
  const where = `${name}.${metric}`;
  const { n, ...values } = membersOf(value);
  return [
    ...(n === undefined ? [] : differs(`${where} n`, n, found?.count ?? 0, [...path, "n"])),
    ...(["value", "mean"] as const).flatMap((member) => {
      const expected = values[member];
      return expected === undefined ? [] : differs(where, expected, shownValue(found), path);
    }),
  ];
}

const membersOf = (value: ExpectedOfVariant): Exclude<ExpectedOfVariant, number | null> =>
  typeof value === "object" && value !== null ? value : { value };

/** What results show of a variant; nothing without units, and of what sums cannot tell. */
function shownValue(summary: MetricSummary | undefined): number | null {
  if (summary === undefined || summary.count === 0) return null;
  switch (summary.kind) {
    case "mean":
      return summary.mean;
    case "proportion":
      return summary.successes / summary.count;
    case "ratio":
      return summary.meanDenominator === 0 ? null : summary.meanNumerator / summary.meanDenominator;
    default:
      return null;
  }
}

function counts({ expect }: MetricTest, { summary }: TrialOutcome): Difference[] {
  const sizes = new Map(summary.variants.map(({ variant, units }: VariantSummary) => [variant, units]));
  const exposed = Object.entries(expect.exposed ?? {}).flatMap(([variant, count]) =>
    differs(`${variant} units`, count, sizes.get(variant) ?? 0, ["expect", "exposed", variant]),
  );
  const setAside = Object.entries(expect.setAside ?? {}).flatMap(([reason, count]) =>
    count === undefined
      ? []
      : differs(reason, count, summary[reason as "crossovers" | "optedOut" | "bots"] ?? 0, [
          "expect",
          "setAside",
          reason,
        ]),
  );
  return [...exposed, ...setAside];
}
