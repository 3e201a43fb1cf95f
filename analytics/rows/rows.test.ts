import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { RowAnswer, RowComparison, RowEstimated, RowMethod } from "../../protocols/row-answers.ts";
import { seededRandom, systemClock } from "../../runtime/index.ts";
import { openWarehouse } from "../clickhouse.ts";
import { quantileOf } from "../statistics/methods/order-statistics.ts";
import { openPool } from "../pool.ts";
import { warehouseHere } from "../testing/warehouse-here.ts";
import { rowAnswer } from "./answer.ts";
import type { RowSurroundings } from "./answer.ts";
import { misfit } from "./method.ts";
import { readRows } from "./read.ts";
import { fillCovariates, fillShop, shopDefinition } from "./testing/shop.ts";
import type { ShopUnit } from "./testing/shop.ts";

const pool = openPool({ threads: 1, queueLengthMax: 8 });
after(() => pool.close());
const temporary = await warehouseHere();
const surroundings: RowSurroundings = {
  warehouse: temporary.warehouse,
  pool,
  clock: systemClock,
  position: () => 7,
};

const random = seededRandom(11);
const amount = (): number => Math.round(-1_000 * Math.log(1 - random.fraction())) / 100;
const shop: readonly ShopUnit[] = Array.from({ length: 600 }, (_, index) => ({
  variant: index % 2 === 0 ? "control" : "treatment",
  purchases: Array.from(
    { length: Math.floor(random.fraction() * 4) },
    () => amount() * (index % 2 === 0 ? 1 : 1.2),
  ),
}));
await fillShop(temporary.warehouse, "shop", "exp", shop);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const spentOf = (variant: string): number[] =>
  shop.filter((unit) => unit.variant === variant).map(({ purchases }) => sum(purchases));

const metrics = [
  { key: "spent", definition: { type: "sum", event: "purchase" } },
  { key: "p90", definition: { type: "percentile", event: "purchase", percentile: 90 } },
  { key: "price90", unit: "event", definition: { type: "percentile", event: "purchase", percentile: 90 } },
  { key: "capped", definition: { type: "sum", event: "purchase" }, cap: { percentile: 95 } },
  { key: "price", unit: "event", definition: { type: "mean", event: "purchase" } },
  { key: "bought", definition: { type: "binary", event: "purchase" } },
];
const definition = shopDefinition("exp", metrics);

const metricOf = (of: ExperimentDefinition, key: string) => {
  const metric = of.metrics.find((each) => each.key === key);
  assert.ok(metric !== undefined);
  return metric;
};
async function ask(
  metric: string,
  method: RowMethod,
  { environment = "shop", of = definition, cap = undefined as number | undefined } = {},
): Promise<RowAnswer> {
  const question = { environment, definition: of, metric: metricOf(of, metric), method, cap };
  const answer = await rowAnswer(surroundings, question, { urgency: "request" });
  assert.ok(answer.ok, answer.ok ? "" : JSON.stringify(answer.failure));
  return answer.value;
}
function estimateOf({ comparisons }: RowAnswer): RowEstimated & Pick<RowComparison, "n" | "nControl"> {
  const [cell] = comparisons;
  assert.ok(cell?.estimate.kind === "estimated", JSON.stringify(cell));
  return { ...cell.estimate, n: cell.n, nControl: cell.nControl };
}
const near = (found: number | undefined, expected: number, tolerance = 1e-9): void => {
  assert.ok(
    found !== undefined && Math.abs(found - expected) <= tolerance * Math.max(1e-3, Math.abs(expected)),
    `${found ?? "nothing"} is not ${expected}`,
  );
};
/** One row of ClickHouse's own arithmetic, over the same values handed back to it. */
async function clickhouse(
  sql: string,
  parameters: Record<string, readonly number[]>,
): Promise<Record<string, number>> {
  const answer = await temporary.warehouse.query<Record<string, number>>(
    `SELECT ${sql}`,
    Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, [...values]])),
  );
  assert.ok(answer.ok, answer.ok ? "" : JSON.stringify(answer.failure));
  return answer.value[0] ?? {};
}
const both = (test: string): string =>
  `arrayReduce('${test}', arrayConcat({a:Array(Float64)}, {b:Array(Float64)}),
    arrayConcat(arrayMap(x -> 0, {a:Array(Float64)}), arrayMap(x -> 1, {b:Array(Float64)}))) AS t,
    toFloat64(t.1) AS statistic, toFloat64(t.2) AS p`;

test("each unit's value is read once, zeros among them, in an order that does not change", async () => {
  const read = () =>
    readRows(temporary.warehouse, {
      environment: "shop",
      definition,
      metric: metricOf(definition, "spent"),
      covariates: [],
    });
  const [one, two] = [await read(), await read()];
  assert.ok(one.ok && two.ok);
  assert.deepEqual(one.value.starts, [0, 300, 600]);
  assert.deepEqual([...one.value.values], [...two.value.values]);
  const sorted = (values: Iterable<number>) =>
    [...values].sort((a, b) => a - b).map((value) => value.toFixed(8));
  assert.deepEqual(sorted(one.value.values.subarray(0, 300)), sorted(spentOf("control")));
});

test("a percentile is ClickHouse's quantileExactInclusive of the units that have a value", async () => {
  const found = estimateOf(await ask("p90", "percentile"));
  const [a, b] = ["control", "treatment"].map((variant) =>
    shop
      .filter((unit) => unit.variant === variant && unit.purchases.length > 0)
      .map(({ purchases }) => sum(purchases)),
  );
  const exact = await clickhouse(
    "arrayReduce('quantileExactInclusive(0.9)', {a:Array(Float64)}) AS qa, arrayReduce('quantileExactInclusive(0.9)', {b:Array(Float64)}) AS qb",
    { a: a ?? [], b: b ?? [] },
  );
  near(found.valueControl, exact["qa"] ?? Number.NaN);
  near(found.value, exact["qb"] ?? Number.NaN);
  assert.deepEqual([found.nControl, found.n], [a?.length, b?.length]);
  assert.ok(found.outer !== undefined && found.outer.control[0] <= (found.valueControl ?? 0));
});

test("a percentile of events takes each event, and is clustered by unit", async () => {
  const found = estimateOf(await ask("price90", "percentile"));
  const events = shop.filter(({ variant }) => variant === "control").flatMap(({ purchases }) => purchases);
  const exact = await clickhouse("arrayReduce('quantileExactInclusive(0.9)', {a:Array(Float64)}) AS q", {
    a: events,
  });
  near(found.valueControl, exact["q"] ?? Number.NaN);
  assert.equal(found.nControl, events.length);
});

test("capped values are compared as ClickHouse's welchTTest compares them; a cap that was found may be held to", async () => {
  const answer = await ask("capped", "capped_welch");
  const cap = answer.cap ?? Number.NaN;
  const values = { a: spentOf("control"), b: spentOf("treatment") };
  const exact = await clickhouse(
    "arrayReduce('quantileExactInclusive(0.95)', arrayConcat({a:Array(Float64)}, {b:Array(Float64)})) AS q",
    values,
  );
  near(cap, exact["q"] ?? Number.NaN);
  const lowered = {
    a: values.a.map((value) => Math.min(value, cap)),
    b: values.b.map((value) => Math.min(value, cap)),
  };
  const found = estimateOf(answer);
  const tested = await clickhouse(both("welchTTest"), lowered);
  near((found.difference / (found.standardError ?? 0)) * -1, tested["statistic"] ?? Number.NaN);
  near(found.pValue, tested["p"] ?? Number.NaN);
  const variances = await clickhouse(
    "arrayReduce('varSampStable', {a:Array(Float64)}) AS va, arrayReduce('varSampStable', {b:Array(Float64)}) AS vb",
    lowered,
  );
  const z = await clickhouse(
    both(`meanZTest(${variances["va"] ?? 0}, ${variances["vb"] ?? 0}, 0.95)`),
    lowered,
  );
  near((found.difference / (found.standardError ?? 0)) * -1, z["statistic"] ?? Number.NaN);
  const frozen = await ask("capped", "capped_welch", { cap: 5 });
  assert.equal(frozen.cap, 5);
  assert.notEqual(estimateOf(frozen).difference, found.difference);
});

test("ranks are compared as by ClickHouse's mannWhitneyUTest", async () => {
  const found = estimateOf(await ask("spent", "mann_whitney"));
  const tested = await clickhouse(both("mannWhitneyUTest"), {
    a: spentOf("control"),
    b: spentOf("treatment"),
  });
  const pairs = 300 * 300;
  const statistic = tested["statistic"] ?? Number.NaN;
  // It counts the pairs for whichever sample; both are the same answer.
  const superiority = (found.superiority ?? 0) * pairs;
  near(Math.min(superiority, pairs - superiority), Math.min(statistic, pairs - statistic));
  // ClickHouse's normal tail has seven digits.
  near(found.pValue, tested["p"] ?? Number.NaN, 1e-6);
});

test("a bootstrap's interval is near that of the sums, and the same each time", async () => {
  const [one, two] = [await ask("spent", "bootstrap"), await ask("spent", "bootstrap")];
  assert.deepEqual(one.comparisons, two.comparisons);
  const found = estimateOf(one);
  const uncapped = estimateOf(await ask("capped", "capped_welch", { cap: 1e9 }));
  near(found.difference, uncapped.difference);
  near(found.standardError, uncapped.standardError ?? 0, 0.1);
  assert.equal(found.pValue, undefined);
  assert.equal(estimateOf(await ask("price90", "bootstrap")).replicates, 1_000);
  assert.equal(estimateOf(await ask("price", "bootstrap")).replicates, 1_000);
});

test("single events of few units are compared with degrees of freedom of their own", async () => {
  const found = estimateOf(await ask("price", "cluster_cr2"));
  assert.ok((found.degreesOfFreedom ?? 0) > 50 && (found.degreesOfFreedom ?? 0) < 600);
  const delta = estimateOf(await ask("price", "bootstrap"));
  near(found.difference, delta.difference);
  near(found.standardError, delta.standardError ?? 0, 0.1);
});

test("several covariates take out what they explain, and a metric that is none of the experiment's is a mistake", async () => {
  const covariate = { lookbackDays: 7, metrics: ["before"] };
  const own = shopDefinition("exp", [
    { key: "spent", definition: { type: "sum", event: "purchase" }, covariate },
    { key: "before", definition: { type: "count", event: "purchase" }, covariate: { lookbackDays: 7 } },
    {
      key: "stray",
      definition: { type: "sum", event: "purchase" },
      covariate: { ...covariate, metrics: ["other"] },
    },
  ]);
  await fillCovariates(temporary.warehouse, "shop", "exp", {
    spent: shop.map(({ purchases }, index) => sum(purchases) / 2 + (index % 7)),
    before: shop.map((_, index) => index % 5),
  });
  const found = estimateOf(await ask("spent", "regression", { of: own }));
  assert.deepEqual(found.covariates, ["spent", "before"]);
  assert.ok((found.varianceReduction ?? 0) > 0.5, JSON.stringify(found));
  assert.match(misfit("regression", metricOf(own, "stray"), own) ?? "", /covariate.metrics/);
});

test("a distribution counts every value once", async () => {
  const { distributions = [], comparisons } = await ask("spent", "distribution");
  assert.deepEqual(comparisons, []);
  for (const each of distributions) {
    assert.ok(each.kind === "distribution");
    assert.equal(sum(each.counts) + each.below + each.above, each.n);
    assert.equal(each.counts.length, each.edges.length - 1);
  }
});

test("a method that says nothing of a metric is refused with the reason", () => {
  const said = (metric: string, method: RowMethod) =>
    misfit(method, metricOf(definition, metric), definition);
  assert.equal(said("p90", "percentile"), undefined);
  assert.match(said("spent", "percentile") ?? "", /percentile/);
  assert.match(said("spent", "capped_welch") ?? "", /cap.percentile/);
  assert.match(said("price", "mann_whitney") ?? "", /ranked/);
  assert.match(said("spent", "regression") ?? "", /covariate/);
  assert.match(said("p90", "cluster_cr2") ?? "", /means/);
});

const edges: readonly [string, readonly ShopUnit[], Partial<Record<RowMethod, string>>][] = [
  [
    "nobody",
    [],
    {
      percentile: "too_few_units",
      capped_welch: "too_few_units",
      mann_whitney: "too_few_units",
      bootstrap: "too_few_units",
      cluster_cr2: "too_few_rows",
    },
  ],
  [
    "one unit",
    [{ variant: "control", purchases: [3] }],
    {
      percentile: "too_few_units",
      capped_welch: "too_few_units",
      mann_whitney: "too_few_units",
      bootstrap: "too_few_units",
    },
  ],
  [
    "all equal",
    Array.from({ length: 200 }, (_, index) => ({
      variant: index % 2 === 0 ? "control" : "treatment",
      purchases: [5],
    })),
    {
      percentile: "no_variance",
      capped_welch: "no_variance",
      mann_whitney: "no_variance",
      bootstrap: "no_variance",
      cluster_cr2: "no_variance",
    },
  ],
];
const byMethod: Partial<Record<RowMethod, string>> = { percentile: "p90", capped_welch: "capped" };
for (const [name, units, expected] of edges)
  test(`of ${name} every method says why it has no answer`, async () => {
    const experiment = name.replace(" ", "-");
    await fillShop(temporary.warehouse, experiment, experiment, units);
    const own = shopDefinition(experiment, metrics);
    for (const [method, code] of Object.entries(expected) as [RowMethod, string][]) {
      const answer = await ask(byMethod[method] ?? "spent", method, { environment: experiment, of: own });
      const [cell] = answer.comparisons;
      assert.ok(cell?.estimate.kind === "no_answer", `${method}: ${JSON.stringify(cell)}`);
      assert.equal(cell.estimate.code, code, method);
      assert.ok(cell.estimate.reason.length > 10);
    }
  });

test("fifty variants are fifty less one comparisons", async () => {
  const keys = Array.from({ length: 50 }, (_, index) => `v${index}`);
  const units = Array.from({ length: 5_000 }, (_, index) => ({
    variant: keys[index % 50] ?? "",
    purchases: [index % 97],
  }));
  await fillShop(temporary.warehouse, "fifty", "fifty", units);
  const own = shopDefinition("fifty", metrics, keys);
  const { comparisons } = await ask("p90", "percentile", { environment: "fifty", of: own });
  assert.equal(comparisons.length, 49);
  assert.ok(comparisons.every(({ n }) => n === 100));
  // Variants whose names sort otherwise than they are listed keep their own values.
  const medians = comparisons.map(({ estimate }) => (estimate.kind === "estimated" ? estimate.value : 0));
  const ofSecond = units.filter(({ variant }) => variant === "v2").map(({ purchases }) => purchases[0] ?? 0);
  near(
    medians[1],
    quantileOf(
      ofSecond.sort((a, b) => a - b),
      0.9,
    ),
  );
});

const question = {
  environment: "shop",
  definition,
  metric: metricOf(definition, "spent"),
  method: "bootstrap" as const,
};
test("more rows than there may be are refused, and the query ends", async () => {
  const answer = await rowAnswer(surroundings, question, { urgency: "request", rowsMax: 100 });
  assert.deepEqual(answer, { ok: false, failure: { code: "too_many_rows", rowsMax: 100 } });
});

test("what is given up before it is read is not read", async () => {
  const answer = await rowAnswer(surroundings, question, { urgency: "request", signal: AbortSignal.abort() });
  assert.deepEqual(answer, { ok: false, failure: { code: "cancelled" } });
});

test("without ClickHouse the whole answer is missing, with the reason", async () => {
  const nobody = openWarehouse({ socketPath: "/nonexistent/w.sock", clock: systemClock });
  const answer = await rowAnswer({ ...surroundings, warehouse: nobody }, question, { urgency: "request" });
  assert.equal(answer.ok ? "answered" : answer.failure.code, "warehouse_unavailable");
  await nobody.close();
});
