import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { ExperimentResult, MetricSummary, VariantSummary } from "../../protocols/results.ts";
import { Api } from "../api.ts";
import type { Progress } from "../replay/progress.ts";
import { prepareReplay, runReplay, type ReplayOptions } from "../replay/replay.ts";
import { startWeir, type PartName, type TestWeir } from "../testing/weir.ts";

// One file, replayed once in peace and then once for each part of Weir that is killed in the middle of it. The tables
// must not tell the difference: counts exactly, means and variances to 1e-12.

const seed = 20_261_121;
const rows = 8_000;
const killed: readonly PartName[] = ["gateway", "actors", "analytics", "nats"];
const relativeMax = 1e-12;

/** mulberry32: a small seeded generator, so that each run replays the same file and kills at the same rows. */
function generator(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function csvOf(next: () => number): string {
  const lines = ["customer,arm,visit,orders,spend,items,carts"];
  for (let row = 0; row < rows; row++) {
    const arm = ["control", "red", "blue"][Math.floor(next() * 3)] ?? "control";
    const orders = Math.floor(next() * 3);
    const spend = orders === 0 ? 0 : Math.round(next() * 30_000) / 100;
    // Some customers come twice, some of them in another arm: crossovers.
    const customer = next() < 0.05 ? Math.floor(next() * row) : row;
    lines.push(`c${customer},${arm},${next() < 0.3 ? 1 : 0},${orders},${spend},${orders * 2},${orders + 1}`);
  }
  return lines.join("\r\n");
}

describe("killed in the middle of a replay", { timeout: 400_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), "weir-crash-"));
  const file = join(directory, "orders.csv");
  const options: ReplayOptions = {
    file,
    unit: "customer",
    variant: "arm",
    control: "control",
    metrics: [
      "visit:binary=visit",
      "orders:count=orders",
      "spend:sum=spend",
      "basket:mean=spend",
      "density:ratio=items/carts",
    ],
    keep: true,
  };
  const next = generator(seed);
  let weir: TestWeir;
  let peaceful: ExperimentResult;

  before(async () => {
    writeFileSync(file, csvOf(next));
    weir = await startWeir();
    peaceful = await replayed(undefined);
  });
  after(async () => {
    await weir.stop();
    rmSync(directory, { recursive: true });
  });

  /** Replays the file, killing a part when about a third to two thirds of the rows are sent. */
  async function replayed(part: PartName | undefined, source = "streaming"): Promise<ExperimentResult> {
    const killAt = Math.floor(rows * (0.3 + 0.4 * next()));
    let pending = part;
    const progress: Progress = {
      step: () => undefined,
      start: () => undefined,
      at: (sent) => {
        if (pending === undefined || sent < killAt) return;
        weir.kill(pending);
        pending = undefined;
      },
      end: () => undefined,
    };
    const prepared = await prepareReplay(options, Date.now());
    const outcome = await runReplay(options, prepared, weir, { progress });
    assert.equal(pending, undefined, "the part was killed while rows were being sent");
    assert.ok(outcome.report.sources.maxRelativeDifference <= 1e-9, "streaming and warehouse agree");
    const api = new Api({ url: weir.url, token: weir.token });
    const query = { env: outcome.environment, source };
    return api.call<ExperimentResult>("GET", `/v1/experiments/${outcome.experiment}/results`, { query });
  }

  for (const part of killed) {
    test(`kill -9 of ${part} ends in the same table`, async () => {
      const result = await replayed(part);
      assert.equal(result.summary.crossovers, peaceful.summary.crossovers);
      assert.ok(peaceful.summary.crossovers > 0, "the file has crossovers");
      for (const [index, variant] of peaceful.summary.variants.entries()) {
        const other: VariantSummary | undefined = result.summary.variants[index];
        assert.equal(other?.units, variant.units);
        for (const [key, summary] of Object.entries(variant.metrics)) same(other?.metrics[key], summary, key);
      }
    });
  }
});

/** Counts exactly, moments to the last digits. */
function same(actual: MetricSummary | undefined, expected: MetricSummary, metric: string): void {
  assert.equal(actual?.kind, expected.kind);
  for (const [member, value] of Object.entries(expected)) {
    const other: unknown = (actual as unknown as Record<string, unknown>)[member];
    if (typeof value !== "number" || typeof other !== "number") continue;
    if (member === "count" || member === "successes") assert.equal(other, value, `${metric}.${member}`);
    const difference = Math.abs(other - value) / Math.max(Math.abs(other), Math.abs(value), Number.MIN_VALUE);
    assert.ok(difference <= relativeMax, `${metric}.${member}: ${other} is not ${value}`);
  }
}
