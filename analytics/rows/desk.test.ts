import assert from "node:assert/strict";
import { after, test } from "node:test";
import { fail, succeed } from "../../protocols/errors.ts";
import { systemClock } from "../../runtime/index.ts";
import type { Warehouse } from "../clickhouse.ts";
import { openPool } from "../pool.ts";
import { RowDesk } from "./desk.ts";
import type { DeskOptions } from "./desk.ts";
import { answerRows } from "./serve-rows.ts";
import { shopDefinition } from "./testing/shop.ts";

const pool = openPool({ threads: 1, queueLengthMax: 4 });
after(() => pool.close());

const definition = shopDefinition("exp", [
  { key: "p50", definition: { type: "percentile", event: "purchase", percentile: 50 } },
  { key: "spent", definition: { type: "sum", event: "purchase" } },
]);
const [p50] = definition.metrics;
assert.ok(p50 !== undefined);
const question = { environment: "shop", definition, metric: p50, method: "percentile" as const };

/** Two hundred values a variant; how many reads there were, and, `held`, reads that end with their signal only. */
function warehouseOf({ held = false } = {}) {
  const reads = { started: 0, aborted: 0 };
  const warehouse = {
    embedded: true,
    query: async () => succeed([{ identities: 0, optOuts: 0, bots: 0, deletions: 0 }]),
    async stream(
      _sql: string,
      _parameters: unknown,
      receive: (chunk: Uint8Array) => void,
      { signal }: { signal?: AbortSignal } = {},
    ) {
      reads.started++;
      if (held) {
        await new Promise((resolve) => signal?.addEventListener("abort", resolve, { once: true }));
        reads.aborted++;
        return fail({ code: "warehouse_unavailable", reason: "cut", retryAfterMs: 1 });
      }
      receive(blockOf(400));
      return succeed(undefined);
    },
  } as unknown as Warehouse;
  return { warehouse, reads };
}

function blockOf(rows: number): Uint8Array {
  const text = (word: string): Buffer => Buffer.concat([Buffer.from([word.length]), Buffer.from(word)]);
  const head = Buffer.from([3, (rows & 127) | 128, rows >> 7]);
  const places = Buffer.from(Array.from({ length: rows }, (_, index) => (index < rows / 2 ? 0 : 1)));
  const values = Buffer.from(Float64Array.from({ length: rows }, (_, index) => index % 101).buffer);
  return Buffer.concat([
    head,
    text("place"),
    text("UInt8"),
    places,
    text("unsure"),
    text("UInt8"),
    Buffer.alloc(rows),
    text("value"),
    text("Float64"),
    values,
  ]);
}

const deskOf = (
  warehouse: Warehouse,
  rest: Partial<Pick<DeskOptions, "position" | "decided" | "freshMs" | "abandonMs">> = {},
) => new RowDesk({ warehouse, pool, clock: systemClock, position: () => 1, ...rest });

test("one computation answers all who ask at the same time, and those who ask later while no rows came", async () => {
  const { warehouse, reads } = warehouseOf();
  const desk = deskOf(warehouse, { freshMs: 0 });
  const answers = await Promise.all([desk.ask(question, 5_000), desk.ask(question, 5_000)]);
  answers.push(await desk.ask(question, 0));
  assert.deepEqual(
    answers.map((answer) => (answer.ok ? answer.value.kind : answer.failure.code)),
    ["ready", "ready", "ready"],
  );
  assert.equal(reads.started, 1);
});

test("once rows came an answer is kept for its time, and then computed anew", async () => {
  const { warehouse, reads } = warehouseOf();
  let position = 1;
  const fresh = deskOf(warehouse, { position: () => position, freshMs: 60_000 });
  await fresh.ask(question, 5_000);
  position = 2;
  await fresh.ask(question, 5_000);
  assert.equal(reads.started, 1);
  const stale = deskOf(warehouse, { position: () => position, freshMs: -1 });
  await stale.ask(question, 5_000);
  position = 3;
  await stale.ask(question, 5_000);
  assert.equal(reads.started, 3);
});

test("an answer from decisions is computed anew once decisions came, another one is not", async () => {
  let decided: number | undefined = 1;
  const desk = deskOf(warehouseOf().warehouse, { decided: () => decided, freshMs: -1 });
  let computed = 0;
  const ask = (readsDecisions: boolean) =>
    desk.askFor(
      {
        key: `reads decisions: ${readsDecisions}`,
        owner: "shop/growth",
        readsDecisions,
        compute: () => Promise.resolve(succeed({ asOf: 0, position: 1, computed: ++computed })),
      },
      5_000,
    );
  const times = async (readsDecisions: boolean): Promise<number> => {
    const before = computed;
    for (let time = 0; time < 2; time++) assert.ok((await ask(readsDecisions)).ok);
    return computed - before;
  };
  assert.deepEqual([await times(true), await times(false)], [1, 1]);
  decided = 2;
  assert.deepEqual([await times(true), await times(false)], [1, 0]);
  decided = undefined; // its sink is on its way back
  assert.deepEqual([await times(true), await times(false)], [2, 0]);
});

test("an answer that takes longer is reported as under way", async () => {
  const { warehouse } = warehouseOf({ held: true });
  const desk = deskOf(warehouse);
  const answer = await desk.ask(question, 10);
  assert.ok(answer.ok && answer.value.kind === "working");
  await desk.close();
});

test("what nobody asks about any more is given up, and its query with it", async () => {
  const { warehouse, reads } = warehouseOf({ held: true });
  const desk = deskOf(warehouse, { abandonMs: 50 });
  await desk.ask(question, 10);
  await systemClock.sleep(200);
  assert.deepEqual(reads, { started: 1, aborted: 1 });
  assert.deepEqual([desk.figures.jobs, desk.figures.abandoned], [0, 1]);
});

test("what is to be computed to its end is there for whoever asks late", async () => {
  const { warehouse, reads } = warehouseOf({ held: true });
  const desk = deskOf(warehouse, { abandonMs: 50 });
  await desk.ask(question, 10, true);
  await systemClock.sleep(200);
  assert.deepEqual(reads, { started: 1, aborted: 0 });
  await desk.close();
});

test("what is shown live waits for nothing, and names metrics that sums do not tell only", async () => {
  const { warehouse } = warehouseOf();
  const desk = deskOf(warehouse);
  assert.deepEqual(desk.latest("shop", definition), {});
  await desk.ask(question, 5_000);
  const latest = desk.latest("shop", definition);
  assert.deepEqual(Object.keys(latest), ["p50"]);
  assert.ok(Math.abs((latest["p50"]?.asOf ?? 0) - systemClock.now()) < 60_000);
});

test("a request's mistakes are named: an unknown metric, one that needs no rows, a cap of another method", async () => {
  const desk = deskOf(warehouseOf().warehouse);
  const said = async (request: Readonly<Record<string, unknown>>) => {
    const answer = await answerRows(desk, {
      environment: "shop",
      definition,
      waitMs: 0,
      metric: "p50",
      ...request,
    } as never);
    return answer.ok ? answer.value.kind : answer.failure.code;
  };
  assert.equal(await said({ metric: "nothing" }), "metric_not_found");
  assert.equal(await said({ metric: "spent" }), "invalid_request");
  assert.equal(await said({ metric: "spent", method: "percentile" }), "invalid_request");
  assert.equal(await said({ cap: 4 }), "invalid_request");
});

test("what a running experiment shows is computed before what was asked for earlier", async () => {
  const { warehouse } = warehouseOf();
  const guarded = shopDefinition("guarded", [
    { key: "other", definition: { type: "percentile", event: "purchase", percentile: 20 } },
    { key: "slow", definition: { type: "percentile", event: "purchase", percentile: 95 } },
  ]);
  const experiment = {
    ...guarded.experiment,
    metrics: { primary: "other", secondary: [], guardrails: ["slow"] },
  };
  const order: string[] = [];
  const told = {
    ...warehouse,
    stream: async (sql: string, parameters: { experiment: string }, receive: never, options: never) => {
      order.push(parameters.experiment);
      return warehouse.stream(sql, parameters, receive, options);
    },
  } as Warehouse;
  const desk = deskOf(told);
  const first = desk.ask(question, 5_000); // at work
  const waiting = desk.ask({ ...question, method: "bootstrap" }, 5_000);
  desk.latest("shop", { ...guarded, experiment } as never);
  await Promise.all([first, waiting]);
  assert.deepEqual(Object.keys(desk.latest("shop", { ...guarded, experiment } as never)).sort(), [
    "other",
    "slow",
  ]);
  assert.deepEqual(order, ["exp", "guarded", "guarded", "exp"]);
});
