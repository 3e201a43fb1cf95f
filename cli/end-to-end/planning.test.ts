import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { CalibrationReport } from "../../protocols/calibration.ts";
import type { PowerAnswer } from "../../protocols/power-answer.ts";
import { Api } from "../api.ts";
import { systemClock } from "../clock.ts";
import { calibrateCommand, type CalibrateOptions } from "../planning/calibrate.ts";
import { powerCommand, type PowerOptions } from "../planning/power.ts";
import { prepareReplay, runReplay } from "../replay/replay.ts";
import { startWeir, type TestWeir } from "../testing/weir.ts";

// A whole Weir plans from its own past, and calibrates itself on it.

const rows = 600;
const directory = mkdtempSync(join(tmpdir(), "weir-planning-"));
const file = join(directory, "orders.csv");
let weir: TestWeir;
let environment: string;
const following = { signal: new AbortController().signal, progress: () => undefined };

before(async () => {
  const lines = ["customer,arm,spend,visit"];
  for (let row = 0; row < rows; row++)
    lines.push(`c${row},${row % 2 === 0 ? "control" : "red"},${(row * 7.3) % 91},${row % 3 === 0 ? 1 : 0}`);
  writeFileSync(file, lines.join("\n"));
  weir = await startWeir();
  const options = {
    file,
    unit: "customer",
    variant: "arm",
    control: "control",
    metrics: ["spend:sum=spend", "visit:binary=visit"],
    keep: true,
  };
  ({ environment } = await runReplay(options, await prepareReplay(options, systemClock.now()), weir));
});
after(async () => {
  await weir?.stop();
  rmSync(directory, { recursive: true });
});

const planning: PowerOptions = {
  alpha: 0.05,
  power: 0.8,
  weights: "5000,5000",
  correction: "holm",
  monitoring: "fixed",
  cuped: true,
  days: 56,
  lookback: 28,
  seed: 1,
};

test("a plan takes its baseline and its traffic from the environment's own past", async () => {
  const options = { ...planning, metric: ["spend", "visit"], effect: "5%", environment, simulate: 200 };
  const answer = JSON.parse(await powerCommand({ ...options, json: true }, weir, following)) as PowerAnswer;
  assert.equal(answer.history?.units, rows);
  assert.equal(answer.history.entered, "exposures");
  const [spend, visit] = answer.metrics;
  assert.deepEqual(visit?.baseline, { kind: "proportion", rate: 1 / 3 });
  assert.ok(spend?.baseline?.kind === "mean" && Math.abs(spend.baseline.mean - 45) < 2);
  for (const { plan, simulation } of answer.metrics) {
    assert.equal(plan?.kind, "planned");
    assert.equal(simulation?.kind, "simulated");
    assert.equal(simulation.shape, "history");
    const [low, high] = simulation.power.interval;
    assert.ok(low < 0.85 && high > 0.75, JSON.stringify(simulation));
  }
  const text = await powerCommand(options, weir, following);
  assert.match(text, /200 simulated experiments \(history\)/);
});

const calibration: CalibrateOptions = { days: 28, splits: 300, seed: 1, alpha: 0.05, fail: true };

test("random splits of the past are rejected as often as each method promises", async () => {
  const told: string[] = [];
  const watch = { ...following, progress: (line: string) => void told.push(line) };
  const { text, off } = await calibrateCommand({ ...calibration, environment, json: true }, weir, watch);
  const report = JSON.parse(text) as CalibrationReport;
  assert.equal(off, false);
  assert.deepEqual(
    report.rows.map(({ metric, method }) => `${metric ?? "units"} ${method}`),
    [
      "units sample_ratio",
      "units sequential_sample_ratio",
      "spend fixed",
      "spend always_valid",
      "visit fixed",
      "visit always_valid",
    ],
  );
  for (const { result } of report.rows) {
    assert.equal(result.kind, "calibrated");
    assert.equal(result.tests, 300);
  }
  const again = await calibrateCommand({ ...calibration, environment }, weir, following);
  assert.match(again.text, /of 300 rejected: .* as promised/);
});

test("what was given up is over, and what was asked wrongly is said", async () => {
  const api = new Api(weir);
  const missing = await api.ask("GET", "/v1/jobs/0123456789abcdef0123");
  assert.ok(!missing.ok && missing.status === 404 && missing.code === "job_not_found");
  const query = { env: environment };
  const wrong = await api.ask("POST", "/v1/power", { query, body: { metrics: [{ metric: "spend" }] } });
  assert.ok(!wrong.ok && wrong.status === 400 && /needed/.test(wrong.message), JSON.stringify(wrong));
  const body = { metrics: ["spend", "no-such"], splits: 100 };
  const report = await api.call<CalibrationReport>("POST", "/v1/calibrations", { query, body });
  assert.deepEqual(report.rows.at(-1), {
    metric: "no-such",
    method: "fixed",
    result: { kind: "metric_not_found" },
  });
  const job = "abcdefghijklmnopqrstuvwxyz";
  const long = api.ask("POST", "/v1/calibrations", { query: { ...query, job }, body: { splits: 10_000 } });
  for (;;) {
    const cancelled = await api.ask("DELETE", `/v1/jobs/${job}`);
    if (cancelled.ok) break;
    await systemClock.sleep(20);
  }
  const ended = await long;
  assert.ok(!ended.ok && ended.code === "cancelled", JSON.stringify(ended));
});
