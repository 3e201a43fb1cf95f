import assert from "node:assert/strict";
import { test } from "node:test";
import { Experiment } from "../../protocols/experiment.ts";
import { Flag } from "../../protocols/flag.ts";
import { Metric } from "../../protocols/metric.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { sendVisitors } from "./demo.ts";
import { Dice } from "./dice.ts";
import { demoFlags } from "./flags.ts";
import { experiment } from "./seed.ts";
import { demoMetrics, orderValueMean, purchaseChance } from "./truth.ts";
import { type Shop, visit } from "./visitor.ts";

/** A shop where everybody gets one variant. */
function shopWith(variant: "blue" | "green"): {
  shop: Shop & { status: string };
  orders: number[];
  keys: Set<unknown>;
} {
  const orders: number[] = [];
  const keys = new Set<unknown>();
  const shop = {
    status: "ready",
    boolean: () => false,
    string: () => "",
    number: () => 0,
    json: <Value>(_flag: string, _context: unknown, fallback: Value) => fallback,
    details: <Value>(flagKey: string, context: { targetingKey?: string }, value: Value) => {
      keys.add(context.targetingKey);
      return { flagKey, value, variant, reason: "SPLIT", flagMetadata: {} };
    },
    track: (_context: unknown, _name: string, options?: { value?: number }) =>
      void orders.push(options?.value ?? NaN),
  };
  return { shop: shop as Shop & { status: string }, orders, keys };
}

test("what is seeded is what the contract takes, with every type of flag", () => {
  const flags = demoFlags.map((flag) => Flag.parse(flag));
  assert.deepEqual(new Set(flags.map(({ type }) => type)), new Set(["boolean", "string", "number", "json"]));
  for (const metric of demoMetrics) Metric.parse(metric);
  Experiment.parse(experiment);
});

for (const variant of ["blue", "green"] as const)
  test(`visitors with ${variant} buy as often, and for as much, as the truth says`, () => {
    const { shop, orders } = shopWith(variant);
    const dice = new Dice(7);
    const visitors = 100_000;
    for (let number = 0; number < visitors; number++) visit(shop, `v${number}`, dice);
    const share = purchaseChance[variant];
    // Four standard errors: the seed is fixed, so this fails only when the truth or the dice change.
    assert.ok(Math.abs(orders.length / visitors - share) < 4 * Math.sqrt((share * (1 - share)) / visitors));
    const mean = orders.reduce((sum, value) => sum + value, 0) / orders.length;
    assert.ok(Math.abs(mean - orderValueMean) < (4 * orderValueMean * 0.54) / Math.sqrt(orders.length));
  });

test("visitors come at the rate that was asked for, each of them new, and none while nothing is ready", async () => {
  const { shop, keys } = shopWith("blue");
  const clock = new FakeClock();
  const stop = new AbortController();
  const lines: string[] = [];
  const sending = sendVisitors(shop, { rate: 25, seed: 1 }, clock, stop.signal, (line) => lines.push(line));
  await clock.pass(20_000);
  assert.ok(Math.abs(keys.size - 500) <= 1, `${keys.size} visitors in twenty seconds`);
  assert.equal(lines.length, 2);
  Object.assign(shop, { status: "not_ready" });
  const before = keys.size;
  await clock.pass(10_000);
  assert.equal(keys.size, before);
  stop.abort();
  await sending;
});
