import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LogRecord } from "../../protocols/log-record.ts";
import { definitionOf, event, exposure, unitOf } from "./testing/records.ts";
import { trial } from "./trial.ts";

const hour = 3_600_000;
const day = 24 * hour;
const of = (definition: object, records: readonly LogRecord[], others: object = {}) => {
  const all = definitionOf("checkout", [{ key: "m", definition, ...others }]);
  const { summary, units } = trial(all, records);
  const valueOf = (unit: number) => units.find((each) => each.unit === unitOf(unit))?.values["m"];
  return { summary, units, valueOf };
};
const exposed = [exposure(1, "a", day, { session: "s1" }), exposure(2, "b", day)];

describe("a trial", () => {
  test("says what each unit that counts has, under the name that it counts as", () => {
    const { units } = of({ type: "sum", event: "buy" }, [
      ...exposed,
      exposure(3, "a", day),
      exposure(3, "b", day + 1),
      event(2, "buy", 5, day + 1),
      { type: "identify", id: "i", ts: day, at: day, unit: unitOf(2), known: unitOf(9) },
    ]);
    assert.deepEqual(units, [
      { unit: unitOf(1), variant: "a", values: { m: 0 } },
      { unit: unitOf(9), variant: "b", values: { m: 5 } },
    ]);
  });

  test("time_to is in hours, and moves with t0", () => {
    const events = [event(1, "buy", 1, day + 3 * hour), event(1, "buy", 1, day + 2 * hour)];
    assert.equal(of({ type: "time_to", event: "buy" }, [...exposed, ...events]).valueOf(1), 2);
    const earlier = exposure(1, "a", day - 4 * hour);
    const { valueOf } = of({ type: "time_to", event: "buy" }, [...exposed, ...events, earlier]);
    assert.deepEqual([valueOf(1), valueOf(2)], [6, null]);
  });

  test("retention begins and ends so many days after t0, which may move back and bring an event in", () => {
    const definition = { type: "retention", event: "visit", fromDay: 1, toDay: 2 };
    const visit = event(1, "visit", 1, day + 23 * hour);
    assert.equal(of(definition, [...exposed, visit]).valueOf(1), 0);
    assert.equal(of(definition, [...exposed, visit, exposure(1, "a", day - hour)]).valueOf(1), 1);
    assert.equal(of(definition, [...exposed, event(1, "visit", 1, 3 * day)]).valueOf(1), 0);
  });

  test("a funnel's steps are each strictly later, in whichever order they come to the log", () => {
    const definition = { type: "funnel", steps: [{ event: "a" }, { event: "b" }, { event: "a" }] };
    const at = (name: string, hours: number) => event(1, name, 1, day + hours * hour);
    assert.equal(of(definition, [...exposed, at("a", 3), at("b", 2), at("a", 1)]).valueOf(1), 1);
    assert.equal(of(definition, [...exposed, at("a", 2), at("b", 2), at("a", 1)]).valueOf(1), 0);
    const window = { window: { type: "conversion", hours: 3 } };
    assert.equal(of(definition, [...exposed, at("a", 3), at("b", 2), at("a", 1)], window).valueOf(1), 0);
  });

  test("by session each session has its value, those named by exposures too", () => {
    const events = [
      event(1, "buy", 4, day + 1, { session: "s1" }),
      event(1, "buy", 9, day + 2, { session: "s2" }),
      event(1, "buy", 100, day + 3),
      exposure(1, "a", day + 4, { session: "s3" }),
    ];
    const by = { unit: "session" };
    assert.equal(of({ type: "sum", event: "buy" }, [...exposed, ...events], by).valueOf(1), 13 / 3);
    assert.equal(of({ type: "mean", event: "buy" }, [...exposed, ...events], by).valueOf(1), 13 / 2);
    const capped = { ...by, cap: { value: 5 } };
    assert.equal(of({ type: "sum", event: "buy" }, [...exposed, ...events], capped).valueOf(1), 9 / 3);
  });

  test("a filter and a value look at the properties; what is no number does not count", () => {
    const definition = { type: "mean", event: "buy", filter: { kind: "gold" }, value: "price.net" };
    const buy = (metadata: NonNullable<LogRecord & { metadata?: unknown }>["metadata"]) =>
      event(1, "buy", 1_000, day + 1, { metadata: metadata as never });
    const { valueOf } = of(definition, [
      ...exposed,
      buy({ kind: "gold", price: { net: 4 } }),
      buy({ kind: "gold", price: { net: 6 } }),
      buy({ kind: "gold", price: { net: "7" } }),
      buy({ kind: "gold", price: { net: 1e60 } }),
      buy({ kind: "tin", price: { net: 8 } }),
      buy({}),
    ]);
    assert.deepEqual([valueOf(1), valueOf(2)], [5, null]);
  });

  test("a percentile counts the units that have a value, and says what each one's is", () => {
    const definition = { type: "percentile", event: "buy", percentile: 90 };
    const events = [event(1, "buy", 4, day + 1), event(1, "buy", -4, day + 2)];
    const { valueOf, summary } = of(definition, [...exposed, ...events]);
    assert.deepEqual([valueOf(1), valueOf(2)], [0, null]);
    assert.deepEqual(summary.variants[0]?.metrics["m"], { kind: "distribution", count: 1 });
  });
});

test("a unit with very many events in no order is folded in seconds: by session, and in a funnel that is never ended", () => {
  const definition = definitionOf("checkout", [
    { key: "m", unit: "session", definition: { type: "sum", event: "buy" } },
    { key: "f", definition: { type: "funnel", steps: [{ event: "never" }, { event: "buy" }] } },
  ]);
  const count = 60_000;
  const records = Array.from({ length: count }, (_, index) =>
    event(1, "buy", 1, day + ((index * 7_919) % count), { session: `s${index % 20_000}` }),
  );
  const began = process.cpuUsage();
  const { units } = trial(definition, [exposure(1, "a", day), ...records]);
  assert.deepEqual(units[0]?.values, { m: 3, f: 0 });
  const { user } = process.cpuUsage(began);
  assert.ok(user < 10e6, `${user / 1e6} CPU-s`);
});
