import assert from "node:assert/strict";
import { after, test } from "node:test";
import { DepthRequest } from "../../protocols/depth.ts";
import type {
  DepthAnswer,
  DepthEstimate,
  HoldoutEffect,
  Interactions,
  Triggered,
} from "../../protocols/depth.ts";
import { seededRandom, systemClock } from "../../runtime/index.ts";
import { openPool } from "../pool.ts";
import { RowDesk } from "../rows/desk.ts";
import { shopDefinition } from "../rows/testing/shop.ts";
import { warehouseHere } from "../testing/warehouse-here.ts";
import { answerDepth } from "./serve-depth.ts";
import { LogOf, start } from "./testing/log.ts";

const pool = openPool({ threads: 1, queueLengthMax: 200 });
after(async () => {
  await desk.close();
  await pool.close();
});
const temporary = await warehouseHere();
const desk = new RowDesk({ warehouse: temporary.warehouse, pool, clock: systemClock, position: () => 7 });

/** One whose decision and exposure came under another name, and one who opted out: the same rules as in results. */
function withOthers(log: LogOf): void {
  for (const [unit, variant] of [
    [12_000, "control"],
    [12_001, "treatment"],
  ] as const) {
    log.decided({ unit, code: "experiment_assigned", experiment: "a", variant });
    log.exposed({ unit, experiment: "a", variant });
    log.exposed({ unit, experiment: "b", variant });
    log.optedOut(unit);
  }
  log.linked({ unit: 12_002, known: 12_001 });
  log.exposed({ unit: 12_002, experiment: "a", variant: "treatment" });
}

const random = seededRandom(5);
const coin = (): boolean => random.fraction() < 0.5;
/** Near normal, of variance 1. */
const noise = (): number => {
  let sum = -6;
  for (let draw = 0; draw < 12; draw++) sum += random.fraction();
  return sum;
};

const metrics = [
  { key: "spent", definition: { type: "sum", event: "purchase" } },
  { key: "capped", definition: { type: "sum", event: "purchase" }, cap: { percentile: 90 } },
  { key: "price", unit: "event", definition: { type: "mean", event: "purchase" } },
  { key: "p90", definition: { type: "percentile", event: "purchase", percentile: 90 } },
];
const arm = (isTreated: boolean): string => (isTreated ? "treatment" : "control");

/** `a` brings 1, `b` brings 0.5, and both together 2 less than the sum; `c` brings nothing to anybody. */
function crossed(): LogOf {
  const log = new LogOf("crossed");
  for (let unit = 0; unit < 4_000; unit++) {
    const [a, b, c] = [coin(), coin(), coin()];
    log.exposed({ unit, experiment: "a", variant: arm(a) });
    log.exposed({ unit, experiment: "b", variant: arm(b) });
    if (unit < 2_000) log.exposed({ unit, experiment: "c", variant: arm(c) });
    // Of every hundredth both variants of `b`: in neither.
    if (unit % 100 === 0) log.exposed({ unit, experiment: "b", variant: arm(!b), after: 5 });
    if (unit < 50) log.exposed({ unit, experiment: "few", variant: arm(c) });
    log.did({ unit, value: 10 + Number(a) + Number(b) / 2 - 2 * Number(a && b) + noise() });
  }
  for (let unit = 5_000; unit < 5_400; unit++) {
    log.exposed({ unit, experiment: "sessions", variant: arm(coin()) });
    log.exposed({ unit, experiment: "same-layer", variant: arm(coin()) });
    log.exposed({ unit, experiment: "unknown", variant: arm(coin()) });
    log.exposed({ unit, experiment: "later", variant: arm(coin()), after: 30 * 86_400_000 });
  }
  const layer = { key: "main", slots: [{ from: 0, to: 5_000 }] };
  for (const [key, more] of [
    ["b", {}],
    ["c", {}],
    ["few", {}],
    ["later", {}],
    ["sessions", { unit: "session" }],
    ["same-layer", { layer }],
  ] as const) {
    const { experiment, metrics: known } = shopDefinition(key, metrics);
    log.defined({ experiment: { ...experiment, ...more }, metrics: known } as never);
  }
  return log;
}

const asked = (() => {
  const { experiment, metrics: known } = shopDefinition("a", metrics);
  const layer = { key: "main", slots: [{ from: 5_000, to: 10_000 }] };
  return { experiment: { ...experiment, layer }, metrics: known };
})();

async function ask<Kind extends DepthAnswer>(request: Record<string, unknown>): Promise<Kind> {
  for (;;) {
    const answer = await answerDepth(desk, DepthRequest.parse({ waitMs: 5_000, ...request }));
    assert.ok(answer.ok, answer.ok ? "" : JSON.stringify(answer.failure));
    if (answer.value.kind === "ready") return answer.value.answer as Kind;
  }
}
const interactions = (metric: string): Promise<Interactions> =>
  ask({ kind: "interactions", environment: "crossed", definition: asked, metric });

/** Within four standard errors of the truth, which a fixed seed either is or is not. */
function isNear(estimate: DepthEstimate, truth: number): void {
  assert.ok(estimate.kind === "estimated", JSON.stringify(estimate));
  const distance = Math.abs(estimate.difference - truth);
  assert.ok(distance < 4 * estimate.standardError, `${estimate.difference} is not near ${truth}`);
}

for (const log of [crossed(), dealtOrMet(), kept()]) {
  withOthers(log);
  await log.write(temporary.warehouse);
}

test("an interaction that is there is found, and one that is not is not", async () => {
  const { pairs, comparisons, leftOut } = await interactions("spent");
  const [b, c] = [
    pairs.find((each) => each.experiment === "b"),
    pairs.find((each) => each.experiment === "c"),
  ];
  assert.deepEqual([b?.units, c?.units, comparisons, leftOut], [3_960, 2_000, 2, 0]);
  const [found, nothing] = [b?.cells[0], c?.cells[0]];
  assert.ok(found?.estimate.kind === "estimated" && nothing?.estimate.kind === "estimated");
  isNear(found.estimate, -2);
  assert.ok(found.estimate.adjustedPValue < 1e-6);
  assert.ok(found.estimate.interval[0] < -2 && found.estimate.interval[1] > -2);
  assert.ok(nothing.estimate.adjustedPValue > 0.05);
  assert.ok((found.independence ?? 0) > 0.01);
  const { cc, ct, tc, tt } = found.groups;
  assert.equal(cc.n + ct.n + tc.n + tt.n, 3_960);
  const effect = (tt.value ?? 0) - (ct.value ?? 0) - ((tc.value ?? 0) - (cc.value ?? 0));
  assert.ok(Math.abs(effect - found.estimate.difference) < 1e-12);
});

test("what cannot be answered says why, and what ran at another time is not there", async () => {
  const { pairs } = await interactions("spent");
  const why = Object.fromEntries(
    pairs.flatMap(({ experiment, reason }) => (reason ? [[experiment, reason.code]] : [])),
  );
  assert.deepEqual(why, {
    few: "too_few_shared_units",
    sessions: "different_units",
    "same-layer": "exclusive_layer",
    unknown: "definition_unknown",
  });
  assert.ok(pairs.every(({ experiment }) => experiment !== "later"));
});

test("a ratio and a capped metric have interactions as well; a percentile has none", async () => {
  for (const metric of ["price", "capped"]) {
    const { pairs } = await interactions(metric);
    const estimate = pairs[0]?.cells[0]?.estimate;
    assert.ok(estimate?.kind === "estimated" && estimate.difference < -0.5, metric);
  }
  const request = {
    kind: "interactions",
    environment: "crossed",
    definition: asked,
    waitMs: 0,
    metric: "p90",
  };
  const refused = await answerDepth(desk, DepthRequest.parse(request));
  assert.ok(!refused.ok && refused.failure.code === "invalid_request");
});

/** 4,000 are dealt to, a quarter meets the change, which brings those 2. */
function dealtOrMet(): LogOf {
  const log = new LogOf("met");
  for (let unit = 0; unit < 4_000; unit++) {
    const [isTreated, meets] = [coin(), random.fraction() < 0.25];
    log.decided({ unit, code: "experiment_assigned", experiment: "a", variant: arm(isTreated) });
    if (meets) log.exposed({ unit, experiment: "a", variant: arm(isTreated), after: 500 });
    log.did({ unit, value: 10 + (isTreated && meets ? 2 : 0) + noise() });
  }
  return log;
}

test("the effect among those who met the change, its share, and what it is to all", async () => {
  const { comparisons, exposed, dealt } = await ask<Triggered>({
    kind: "triggered",
    environment: "met",
    definition: asked,
    metric: "spent",
  });
  const [found] = comparisons;
  assert.ok(found !== undefined);
  isNear(found.triggered, 2);
  isNear(found.others, 0);
  isNear(found.rate, 0);
  isNear(found.diluted, 0.5);
  isNear(found.all, 0.5);
  assert.ok(found.diluted.kind === "estimated" && found.all.kind === "estimated");
  assert.ok(found.diluted.standardError < found.all.standardError);
  assert.deepEqual([found.doubts, exposed === dealt], [[], true]);
  const { control, variant } = found.groups;
  assert.equal(control.triggered.n + control.others.n + variant.triggered.n + variant.others.n, 4_000);
});

test("where every unit that is known met the change, there is nothing to dilute", async () => {
  const { comparisons } = await ask<Triggered>({
    kind: "triggered",
    environment: "crossed",
    definition: asked,
    metric: "spent",
  });
  assert.equal(comparisons[0]?.diluted.kind, "no_answer");
  assert.equal(comparisons[0]?.triggered.kind, "estimated");
});

/** A tenth is held out; the launches bring 1 to those they reach, which is half of the others. */
function kept(): LogOf {
  const log = new LogOf("kept");
  log.decided({
    unit: 9_000,
    code: "experiment_assigned",
    after: -5_000,
    experiment: "a",
    variant: "treatment",
  });
  for (let unit = 0; unit < 6_000; unit++) {
    const [isKept, isDealt] = [random.fraction() < 0.1, coin()];
    const after = unit === 0 ? 0 : 1;
    if (isKept || unit === 0) log.decided({ unit, code: "holdout", after });
    else if (isDealt)
      log.decided({ unit, code: "experiment_assigned", experiment: "a", variant: "treatment", after });
    else log.decided({ unit, code: "outside_traffic_allocation", after });
    log.did({ unit, value: 10 + (!isKept && unit > 0 && isDealt ? 1 : 0) + noise() });
    log.did({ unit, value: isKept ? 50 : 0, after: 86_400_000 });
  }
  return log;
}
const holdout = {
  kind: "holdout",
  environment: "kept",
  holdout: "h",
  share: 1_000,
  flags: ["f"],
  unit: "user",
  metric: asked.metrics[0],
};

test("what all launches did together is the difference from the units held out, until the holdout's end", async () => {
  const answer = await ask<HoldoutEffect>({ ...holdout, endsAt: start + 3_600_000 });
  assert.equal(answer.heldOut.n + answer.notHeldOut.n, 6_000);
  isNear(answer.estimate, 0.5);
  assert.ok((answer.sampleRatio.pValue ?? 0) > 0.001);
  assert.deepEqual([answer.doubts, answer.crossovers], [[], 0]);
  assert.ok(answer.relative !== undefined && Math.abs(answer.relative.difference - 0.05) < 0.03);
});

test("a share that is not the log's is a doubt; without a unit held out there is no answer", async () => {
  const other = await ask<HoldoutEffect>({ ...holdout, share: 3_000 });
  assert.match(other.doubts.join(), /not as many units are held out/);
  const nobody = await ask<HoldoutEffect>({ ...holdout, flags: ["g"] });
  assert.ok(nobody.estimate.kind === "no_answer" && nobody.estimate.code === "nobody_held_out");
  assert.deepEqual(nobody.sampleRatio, { expected: 0.1 });
});
