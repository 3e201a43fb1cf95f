import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { unitIdOf } from "../../evaluation/unit.ts";
import type { SignedPlan } from "../../protocols/plan.ts";
import type { ExperimentResult } from "../../protocols/results.ts";
import { RebuildReport } from "../../protocols/rebuild.ts";
import { DeletionReceipt } from "../../protocols/privacy.ts";
import { Api } from "../api.ts";
import { systemClock } from "../clock.ts";
import { rebuildSums } from "../rebuild/rebuild.ts";
import { deleteUnits } from "../privacy/delete.ts";
import { receiptText } from "../privacy/receipt-text.ts";
import { fetchDeletion } from "../privacy/status.ts";
import { prepareReplay, runReplay } from "../replay/replay.ts";
import { waitLevel } from "../replay/settle.ts";
import { startWeir, type TestWeir } from "../testing/weir.ts";

// A person of a running experiment is forgotten by a whole Weir.

const rows = 400;
const directory = mkdtempSync(join(tmpdir(), "weir-privacy-"));
const file = join(directory, "orders.csv");
const person = "c17-ada-lovelace";
let weir: TestWeir;
let api: Api;
let environment: string;
let experiment: string;

before(async () => {
  const lines = ["customer,arm,spend"];
  for (let row = 0; row < rows; row++)
    lines.push(`${row === 17 ? person : `c${row}`},${row % 2 === 0 ? "control" : "red"},${row}`);
  writeFileSync(file, lines.join("\n"));
  weir = await startWeir();
  api = new Api(weir);
  const options = {
    file,
    unit: "customer",
    variant: "arm",
    control: "control",
    metrics: ["spend:sum=spend"],
    keep: true,
  };
  ({ environment, experiment } = await runReplay(
    options,
    await prepareReplay(options, systemClock.now()),
    weir,
  ));
});
after(async () => {
  await weir?.stop();
  rmSync(directory, { recursive: true });
});

const query = () => ({ env: environment });
const resultOf = (source: "streaming" | "warehouse"): Promise<ExperimentResult> =>
  api.call("GET", `/v1/experiments/${experiment}/results`, { query: { ...query(), source } });
const unitsIn = ({ summary }: ExperimentResult): number[] => summary.variants.map(({ units }) => units);

/** Every file under the folders, as latin1: ids are plain text. */
function* textsUnder(folder: string): Generator<readonly [string, string]> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      yield [path, readFileSync(path, "latin1")];
    }
}

test("an experiment counted anew from the log has the same sums, to the last bit, and goes on with them", async () => {
  await waitLevel(api, environment, systemClock, new AbortController().signal);
  const before = await resultOf("streaming");
  const options = { env: environment, experiment, json: true };
  for (const dryRun of [true, false]) {
    const { text, same } = await rebuildSums(weir, { ...options, dryRun });
    const report = RebuildReport.parse(JSON.parse(text));
    assert.deepEqual([same, report.different, report.differences], [true, 0, []]);
    assert.ok(report.partitions.every(({ swapped }) => swapped === !dryRun));
    assert.ok(report.partitions.reduce((sum, { messages }) => sum + messages, 0) >= 8);
  }
  assert.deepEqual((await resultOf("streaming")).summary, before.summary);
  const more = { id: "more", type: "metric", userId: "c18", name: "spend", value: 1_000 };
  await api.call("POST", "/v1/events", { query: query(), body: [more] });
  await waitLevel(api, environment, systemClock, new AbortController().signal);
  const [first, after] = [before, await resultOf("streaming")].map(({ summary }) => JSON.stringify(summary));
  assert.notEqual(after, first);
});

test(
  "a deleted person leaves sums, ClickHouse, buckets and snapshots, with a proof; later events of hers are turned away",
  { timeout: 240_000 },
  async () => {
    await waitLevel(api, environment, systemClock, new AbortController().signal);
    for (const source of ["streaming", "warehouse"] as const)
      assert.deepEqual(unitsIn(await resultOf(source)), [200, 200]);
    const { plan } = await api.call<SignedPlan>("GET", `/configs/${environment}`);
    const unit = unitIdOf(plan.unitSalt, "user", person);

    const { text } = await deleteUnits(weir, { env: environment, unit: [person], json: true });
    let receipt = DeletionReceipt.parse(JSON.parse(text));
    const deadline = systemClock.now() + 90_000;
    while (receipt.state === "pending" && systemClock.now() < deadline) {
      await systemClock.sleep(500);
      receipt = await fetchDeletion(api, environment, receipt.id);
    }
    assert.equal(receipt.state, "done", receiptText(receipt));
    for (const { store, state, left } of receipt.stores)
      assert.deepEqual([store, state, left], [store, "done", 0]);
    for (const said of [text, JSON.stringify(receipt)])
      assert.ok(!said.includes(unit) && !said.includes(person));

    for (const source of ["streaming", "warehouse"] as const)
      assert.deepEqual(unitsIn(await resultOf(source)), [200, 199]);
    const later = { id: "later", type: "metric", userId: person, name: "spend", value: 5 };
    const answer = await api.call<{ optedOut?: number }>("POST", "/v1/events", {
      query: query(),
      body: [later],
    });
    assert.equal(answer.optedOut, 1);

    // What is left of the pseudonym on disk are the log's own messages of the events, until they age out.
    const streams = new Set<string>();
    for (const [path, content] of textsUnder(weir.dataDir)) {
      assert.ok(!content.includes(person), `${path} holds the raw key`);
      if (content.includes(unit)) streams.add(/streams\/(\w+)\//.exec(path)?.[1] ?? path);
    }
    assert.deepEqual(
      [...streams].filter((name) => name !== "EVENTS" && name !== "KV_DELETIONS"),
      [],
    );
  },
);
