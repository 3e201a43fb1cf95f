import { fc } from "../../protocols/testing/properties.ts";
import { Metric } from "../../protocols/metric.ts";

// Metrics of every kind over a few events and properties, as authors may write them.

const operand = fc.constantFrom<unknown>(
  "gold",
  "go",
  "",
  "é😀",
  "it's\n\\",
  0,
  1,
  2.5,
  -3,
  1e20,
  true,
  false,
);
const number = fc.constantFrom(-3, 0, 0.1, 1, 2.5, 5, 1e20);
const text = fc.constantFrom("gold", "go", "", "d", "é", "😀", "it's\n\\");
const attribute = fc.constantFrom("kind", "price", "a.b", "odd", "c.d.e", "it's");

const version = fc.constantFrom("1.2.3", "1.2.3-rc.1", "1.2.10", "1.2.3-rc.1.a", "1.2.3-2", "0.0.0-0");
/** What only texts and lists of certain kinds are compared with; some of those events have. */
const special = fc.oneof(
  fc.record({
    op: fc.constantFrom("has_any", "has_all"),
    value: fc.array(operand, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    op: fc.constant("matches"),
    value: fc.constantFrom(
      "go",
      "^.$",
      "(?s)^it.*$",
      "(?i)^GO",
      "é?$",
      "[^a-f]{3}",
      "^\\d+\\.",
      "^(?:gold|😀|)$",
    ),
  }),
  fc.record({
    op: fc.constantFrom("semver_eq", "semver_lt", "semver_lte", "semver_gt", "semver_gte"),
    value: version,
  }),
  fc.record({
    op: fc.constant("semver_range"),
    value: fc.constantFrom("^1.2.0", ">=1.2.3-rc.1 <2", "<1.2.3 || >=1.2.10", "*"),
  }),
  fc.record({
    op: fc.constantFrom("before", "after"),
    value: fc.constantFrom<unknown>(
      "2020-02-29T12:00:00Z",
      "2020-02-29T12:00:00.001+00:00",
      1,
      1_582_977_600_000,
    ),
  }),
  fc.record({
    op: fc.constant("in_cidr"),
    value: fc.constantFrom<unknown>(
      "10.0.0.0/8",
      ["::1/128", "10.1.0.0/16"],
      "::ffff:0:0/96",
      "2001:db8::/33",
    ),
  }),
);

const comparison = fc
  .oneof(
    { arbitrary: special, weight: 4 },
    fc.record({ op: fc.constantFrom("eq", "neq"), value: operand }),
    fc.record({
      op: fc.constantFrom("in", "not_in"),
      value: fc.array(operand, { minLength: 1, maxLength: 4 }),
    }),
    fc.record({ op: fc.constantFrom("lt", "lte", "gt", "gte"), value: number }),
    fc
      .tuple(number, number)
      .map(([a, b]) => ({ op: "between", value: [Math.min(a, b), Math.max(a, b)] as unknown })),
    fc.record({ op: fc.constantFrom("contains", "not_contains", "starts_with", "ends_with"), value: text }),
    fc.constantFrom({ op: "exists" }, { op: "exists", value: false }),
  )
  .chain((test) =>
    fc.record({ attribute, negate: fc.constantFrom(undefined, true) }).map(({ negate, ...rest }) => ({
      ...rest,
      ...test,
      ...(negate === undefined ? {} : { negate }),
    })),
  );
const shorthand = fc
  .dictionary(
    attribute,
    fc.constantFrom<unknown>("<=2.5", ">1", "!=gold", "gold", 1, true, null, ["gold", 1], { gte: 0, lt: 5 }),
    { minKeys: 1, maxKeys: 2 },
  )
  .map((members) => ({ ...members }));
const { filter } = fc.letrec<{ filter: unknown; nested: unknown }>((tie) => ({
  filter: fc.oneof({ depthSize: "small" }, comparison, shorthand, tie("nested")),
  nested: fc.oneof(
    fc.array(tie("filter"), { maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie("filter"), { maxLength: 3 }).map((any) => ({ any })),
    tie("filter").map((not) => ({ not })),
  ),
}));

const present = <Value extends object>(value: Value): object =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
const maybe = <Value>(of: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(of, { nil: undefined, freq: 1 });
const event = fc.constantFrom("buy", "view", "search");
const counted = fc.record({ event, filter: maybe(filter) }).map(present);
const valued = fc.record({ event, filter: maybe(filter), value: maybe(attribute) }).map(present);
const aggregate = fc.constantFrom("count", "sum");
const term = fc
  .tuple(valued, aggregate)
  .map(([source, kind]) => ({ ...source, aggregate: "value" in source ? "sum" : kind }));

const definition = fc.oneof(
  fc.tuple(fc.constantFrom("binary", "count", "time_to"), counted).map(([type, of]) => ({ type, ...of })),
  fc.tuple(fc.constantFrom("sum", "mean"), valued).map(([type, of]) => ({ type, ...of })),
  fc.record({ type: fc.constant("ratio"), numerator: term, denominator: term }),
  fc
    .tuple(counted, fc.integer({ min: 0, max: 3 }), fc.constantFrom(0.1, 1, 2))
    .map(([of, fromDay, days]) => ({ type: "retention", ...of, fromDay, toDay: fromDay + days })),
  fc.record({ type: fc.constant("funnel"), steps: fc.array(counted, { minLength: 2, maxLength: 4 }) }),
  valued.map((of) => ({ type: "percentile", ...of, percentile: 90 })),
);
const window = fc.constantFrom(
  { type: "lifetime" },
  { type: "conversion", hours: 5 },
  { type: "conversion", hours: 1 / 3 },
  { type: "day" },
  { type: "session" },
);

/** Combinations without a meaning are left out, by the schema itself. */
export const arbitraryMetric = fc
  .record({
    key: fc.constant("m"),
    unit: fc.constantFrom(undefined, "user", "session", "session", "event"),
    definition,
    window: maybe(window),
    cap: fc.constantFrom(undefined, undefined, { value: 3 }, { value: 0.5 }, { value: -1 }),
    covariate: fc.constantFrom(undefined, { lookbackDays: 7 }),
  })
  .map((metric) => Metric.safeParse(present(metric)))
  .filter(({ success }) => success)
  .map(({ data }) => data as Metric);
