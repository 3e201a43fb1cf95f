import { z } from "zod";
import { EventName, valueMax } from "./event.ts";
import { Key, UnitType } from "./ids.ts";
import { Json } from "./json.ts";
import { Metric } from "./metric.ts";
import { Instant } from "./time.ts";

// A document of a metric file: one metric or many, and tests that say what they give. What a test's events mean is what
// docs/pipeline.md says of the same events in a log; their order in the list is their order in the log.

export const metricsPerDocumentMax = 500;
export const testsPerDocumentMax = 500;
export const eventsPerTestMax = 10_000;

/** Parts of a span of time, as in "2h", "1d 12h", "-30m". */
const spanUnits = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const spanPattern = /^-?\d+(\.\d+)?(ms|s|m|h|d)( \d+(\.\d+)?(ms|s|m|h|d))*$/;

/** A time from the test's beginning on: 0, or a span in days, hours, minutes, seconds and milliseconds. */
const Span = z.union([z.literal(0), z.string().regex(spanPattern, "must be 0 or a span as in 2h or 1d 30m")]);
type Span = z.infer<typeof Span>;

/** Milliseconds of a span; a sign counts for all its parts. */
export function spanMs(span: Span): number {
  if (span === 0) return 0;
  const sign = span.startsWith("-") ? -1 : 1;
  const parts = span.replace(/^-/, "").split(" ");
  const total = parts.reduce((sum, part) => {
    const [, count = "0", unit = "ms"] = /^([\d.]+)([a-z]+)$/.exec(part) ?? [];
    return sum + Number(count) * spanUnits[unit as keyof typeof spanUnits];
  }, 0);
  return sign * Math.round(total);
}

const UnitName = z.string().min(1).max(100);
const whatHappens = ["exposure", "event", "identify", "consent"] as const;

/** One thing that happens to a unit: exactly one of `exposure`, `event`, `identify` and `consent` says what. */
const TestEvent = z
  .strictObject({
    unit: UnitName,
    at: Span.default(0),
    exposure: Key.optional(),
    event: EventName.optional(),
    identify: UnitName.optional(),
    consent: z.boolean().optional(),
    value: z.number().min(-valueMax).max(valueMax).optional(),
    properties: z.record(z.string().max(100), Json).optional(),
    session: z.string().min(1).max(1_024).optional(),
    bot: z.boolean().optional(),
    id: z.string().min(1).max(100).optional(),
    received: Span.optional(),
  })
  .refine((event) => whatHappens.filter((name) => event[name] !== undefined).length === 1, {
    message: `must have exactly one of ${whatHappens.join(", ")}`,
  });
export type TestEvent = z.infer<typeof TestEvent>;

const Expected = z.number().nullable();
const ExpectedOfVariant = z.union([
  Expected,
  z.strictObject({
    n: z.number().int().min(0).optional(),
    value: Expected.optional(),
    mean: Expected.optional(),
  }),
]);
export type ExpectedOfVariant = z.infer<typeof ExpectedOfVariant>;

export const MetricTest = z.strictObject({
  name: z.string().min(1).max(200),
  experiment: z
    .strictObject({
      variants: z.array(Key).min(1).max(50).default(["control", "treatment"]),
      control: Key.optional(),
      unit: UnitType.optional(),
      bots: z.enum(["excluded", "included"]).optional(),
      begins: Instant.prefault("2026-01-05T00:00:00Z"),
    })
    .prefault({}),
  events: z.array(TestEvent).max(eventsPerTestMax),
  expect: z.strictObject({
    units: z.record(UnitName, z.union([Expected, z.record(Key, Expected)])).optional(),
    variants: z.record(Key, z.union([ExpectedOfVariant, z.record(Key, ExpectedOfVariant)])).optional(),
    exposed: z.record(Key, z.number().int().min(0)).optional(),
    setAside: z
      .strictObject({
        crossovers: z.number().int().min(0).optional(),
        optedOut: z.number().int().min(0).optional(),
        bots: z.number().int().min(0).optional(),
      })
      .optional(),
  }),
});
export type MetricTest = z.infer<typeof MetricTest>;

export const MetricDocument = z
  .strictObject({
    $schema: z.string().optional(),
    metric: Metric.optional(),
    metrics: z.array(Metric).max(metricsPerDocumentMax).optional(),
    tests: z.array(MetricTest).max(testsPerDocumentMax).optional(),
  })
  .refine(({ metric, metrics, tests }) => (metric ?? metrics ?? tests) !== undefined, {
    message: "must have metric, metrics or tests",
  });
export type MetricDocument = z.infer<typeof MetricDocument>;
