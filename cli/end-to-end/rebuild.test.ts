import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { RebuildReport, type RebuildFrom } from "../../protocols/rebuild.ts";
import type { ExperimentResult } from "../../protocols/results.ts";
import { purgeStream } from "../../runtime/nats/faults.ts";
import { Api } from "../api.ts";
import { systemClock } from "../clock.ts";
import { rebuildSums } from "../rebuild/rebuild.ts";
import { prepareReplay, runReplay } from "../replay/replay.ts";
import { waitLevel } from "../replay/settle.ts";
import { readRunFile } from "../run-file.ts";
import { startWeir, type TestWeir } from "../testing/weir.ts";

// A whole Weir whose log has forgotten the past: the sums are counted anew out of ClickHouse.

const rows = 400;
const directory = mkdtempSync(join(tmpdir(), "weir-rebuild-"));
const file = join(directory, "orders.csv");
let weir: TestWeir;
let api: Api;
let environment: string;
let experiment: string;

before(async () => {
  const lines = ["customer,arm,spend"];
  for (let row = 0; row < rows; row++)
    lines.push(`c${row},${row % 2 === 0 ? "control" : "red"},${(row * 7.3) % 91}`);
  writeFileSync(file, lines.join("\n"));
  weir = await startWeir();
  api = new Api(weir);
  const options = {
    file,
    unit: "customer",
    variant: "arm",
    control: "control",
    metrics: ["spend:sum=spend", "basket:mean=spend"],
    keep: true,
  };
  const prepared = await prepareReplay(options, systemClock.now());
  ({ environment, experiment } = await runReplay(options, prepared, weir));
});
after(async () => {
  await weir?.stop();
  rmSync(directory, { recursive: true });
});

const query = () => ({ env: environment });
const level = (): Promise<void> => waitLevel(api, environment, systemClock, new AbortController().signal);
const send = (events: readonly object[]): Promise<unknown> =>
  api.call("POST", "/v1/events", { query: query(), body: events });
const path = () => `/v1/experiments/${experiment}`;
async function summary(): Promise<ExperimentResult["summary"]> {
  await level();
  const question = { ...query(), source: "streaming" };
  return (await api.call<ExperimentResult>("GET", `${path()}/results`, { query: question })).summary;
}
const spendOf = ({ variants }: ExperimentResult["summary"]): number =>
  variants.reduce((sum, { metrics: { spend } }) => {
    assert.equal(spend?.kind, "mean");
    return sum + spend.mean * spend.count;
  }, 0);
async function rebuilt(from?: RebuildFrom, dryRun = false) {
  const options = { env: environment, experiment, json: true, dryRun };
  const { text } = await rebuildSums(weir, { ...options, ...(from === undefined ? {} : { from }) });
  return RebuildReport.parse(JSON.parse(text));
}
const natsUrl = (): string => readRunFile(weir.dataDir)?.natsUrl ?? "";
/** By its id, a metric event of the replay's own kind. */
const order = (id: string, userId: string, value: number) => ({
  id,
  type: "metric",
  name: "spend",
  userId,
  value,
});

test("ClickHouse makes the same sums as the log does, while the log still has everything", async () => {
  const alone = spendOf(await summary());
  // People with a second device, one who does not want to be counted, and one who comes back to another arm.
  await send([order("d1", "device-1", 3.5), order("d2", "device-2", 4.25), order("d3", "device-3", 8)]);
  await level();
  for (const number of [1, 2, 3])
    await send([
      {
        id: `i${number}`,
        type: "identify",
        unit: `device-${number}`,
        unitType: "user",
        known: `c${number * 11}`,
        knownType: "user",
      },
    ]);
  await send([order("d4", "device-1", 5.75), order("d5", "device-3", 6.125)]);
  await send([{ id: "no", type: "consent", userId: "c40", analytics: false }]);
  const before = await summary();
  assert.equal(before.optedOut, 1);
  const linked = 3.5 + 4.25 + 8 + 5.75 + 6.125 - ((40 * 7.3) % 91);
  assert.ok(Math.abs(spendOf(before) - alone - linked) < 1e-6, `${alone} → ${spendOf(before)}`);
  for (const from of ["stream", "warehouse"] as const) {
    const report = await rebuilt(from);
    assert.deepEqual([from, report.different, report.differences], [from, 0, []]);
    assert.ok(report.partitions.every((part) => part.from === from && part.swapped));
  }
  assert.deepEqual(await summary(), before);
});

test("a log that has forgotten its beginning is no obstacle: ClickHouse and what the log has left make the sums", async () => {
  const before = await summary();
  await purgeStream(natsUrl(), "EVENTS", { keep: 4 });
  await assert.rejects(rebuilt("stream"), /the stream begins at \d+ now/);
  const looked = await rebuilt(undefined, true);
  assert.deepEqual([looked.different, looked.differences], [0, []]);
  const report = await rebuilt();
  assert.deepEqual([report.different, report.differences], [0, []]);
  assert.ok(report.partitions.every(({ from, swapped }) => from === "warehouse" && swapped));
  assert.ok(report.partitions.reduce((sum, part) => sum + (part.rows ?? 0), 0) > 2 * rows);
  assert.deepEqual(await summary(), before);
});

test("sums that were lost with their snapshots are there again, and what comes afterwards counts once", async () => {
  const before = await summary();
  await purgeStream(natsUrl(), "EVENTS");
  await purgeStream(natsUrl(), "SNAPSHOTS");
  const pid = weir.pids()["actors"];
  weir.kill("actors");
  while (weir.pids()["actors"] === pid || weir.pids()["actors"] === undefined) await systemClock.sleep(100);
  await api.call("GET", "/ready");
  const report = await rebuilt("warehouse");
  assert.ok(report.different > 0);
  assert.deepEqual(await summary(), before);

  const again = [order("d1", "device-1", 3.5), order("d4", "device-1", 5.75), order("d5", "device-3", 6.125)];
  const more = [order("n1", "device-2", 100), order("n2", "c33", 200), order("n3", "c40", 400)];
  await send([...again, ...more]);
  await send([...again, ...more]);
  const after = await summary();
  assert.ok(
    Math.abs(spendOf(after) - spendOf(before) - 300) < 1e-6,
    `${spendOf(before)} → ${spendOf(after)}`,
  );
  const report2 = await rebuilt("warehouse");
  assert.deepEqual([report2.different, report2.differences], [0, []]);
});

test("whoever asks learns that nothing is counted anew just now, and that there is no such partition", async () => {
  const idle = { partition: 1, running: false, messages: 0, rows: 0, share: 0 };
  for (const method of ["GET", "DELETE"] as const) {
    const of = (partition: string) => ({ query: { ...query(), partition } });
    assert.deepEqual(await api.call(method, `${path()}/rebuild`, of("1")), idle);
    const refused = await api.ask(method, `${path()}/rebuild`, of("99"));
    assert.ok(!refused.ok && refused.status === 400 && /has \d+, from 0/.test(refused.message));
  }
});
