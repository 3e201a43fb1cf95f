import type { ExperimentResult } from "../../protocols/results.ts";
import { partitionOf } from "../../protocols/topology.ts";
import { quantile } from "../figures.ts";
import { below, type BenchRow } from "../report.ts";
import { followEvents } from "./event-stream.ts";
import { take, type Site } from "./site.ts";
import { oneExperiment, unitCount, unitIdOf } from "./traffic.ts";
import { authorised } from "./world.ts";

// How old an event is when it shows, while others come at a rate. A probe is the exposure of a unit that nobody has met:
// one unit more in the result, and a row in ClickHouse.
//   F1. All probes of a stretch fall into one partition. There they keep their order, so the n-th to be sent is the n-th
//       to be counted.
//   F2. An event's age counts from when it was sent, not from when it was acknowledged.

const eventsPerSecond = 20_000;
const partitions = 8;
/** Of the spacing no multiple is near the stream's pace: else all probes would meet the same moment of it. */
const spacingMs = 137;
const pollMs = 25;
const lastMsMax = 30_000;
const resultMsMax = 1_000;
const rowMsMax = 5_000;

const { environment } = oneExperiment;
const experiment = oneExperiment.experiments[0] ?? "";

interface Ages {
  /** Until a question for the result tells it. */
  readonly asked: number[];
  /** Until the result's stream tells it, which paces itself. */
  readonly streamed: number[];
  readonly rows: number[];
}

export async function measureFreshness(site: Site, probesPerPartition: number): Promise<BenchRow[]> {
  const ages: Ages = { asked: [], streamed: [], rows: [] };
  const ms = (probesPerPartition * spacingMs + 1_500) * partitions;
  const loading = take(site, oneExperiment, { kind: "mixture", ms, eventsPerSecond });
  for (let partition = 0; partition < partitions; partition++)
    await probe(site, unitsOf(partition, probesPerPartition), ages);
  await loading;
  return [
    ...quantiles("event → result when asked for", ages.asked, resultMsMax),
    ...quantiles("event → result at an SSE client", ages.streamed, resultMsMax),
    ...quantiles("event → row in ClickHouse", ages.rows, rowMsMax),
  ];
}

function quantiles(name: string, values: readonly number[], p99MsMax: number): BenchRow[] {
  const title = `${eventsPerSecond / 1_000} k events/s: ${name}`;
  const p99 = quantile(values, 0.99);
  return [
    { case: `${title}, median of ${values.length}`, value: quantile(values, 0.5), unit: "ms" },
    { case: `${title}, p99`, value: p99, unit: "ms", goal: below(p99, p99MsMax) },
  ];
}

/** One partition's probes, until the last of them shows everywhere. */
async function probe(site: Site, units: readonly string[], ages: Ages): Promise<void> {
  const path = `/v1/experiments/${experiment}/results`;
  const result = (): Promise<ExperimentResult> =>
    site.world.api.call("GET", path, { query: { env: environment } });
  const before = unitsIn(await result());
  const sentMs: number[] = [];
  /** Ages of those that a look shows and the look before did not. */
  const seen = (shown: number, into: number[], known: { count: number }): void => {
    const nowMs = performance.now();
    for (; known.count < shown; known.count++) into.push(nowMs - (sentMs[known.count] ?? nowMs));
  };
  const [asked, streamed, rows] = [{ count: 0 }, { count: 0 }, { count: 0 }];
  const unfollow = await followEvents(
    site.world,
    `/stream/results/${experiment}?env=${environment}`,
    ({ event, data }) => {
      if (event !== "result") return;
      seen(unitsIn(JSON.parse(data) as ExperimentResult) - before, ages.streamed, streamed);
    },
  );
  const isDone = (): boolean => [asked, streamed, rows].every(({ count }) => count >= units.length);
  const deadline = performance.now() + units.length * spacingMs + lastMsMax;
  const poll = async (look: () => Promise<void>): Promise<void> => {
    while (!isDone()) {
      if (performance.now() > deadline) throw new Error("a probe did not show");
      await look();
      await pause(pollMs);
    }
  };
  await Promise.all([
    send(site, units, sentMs),
    poll(async () => seen(unitsIn(await result()) - before, ages.asked, asked)),
    poll(async () => seen(await rowsOf(site, units), ages.rows, rows)),
  ]);
  unfollow();
}

async function send({ world }: Site, units: readonly string[], sentMs: number[]): Promise<void> {
  for (const unitId of units) {
    sentMs.push(performance.now());
    const response = await fetch(`${world.weir.url}/v1/exposures?env=${environment}`, {
      method: "POST",
      headers: authorised(world),
      body: JSON.stringify({ id: `probe-${unitId}`, experimentKey: experiment, variant: "control", unitId }),
    });
    if (response.status !== 202) throw new Error(`exposure: ${response.status} ${await response.text()}`);
    await response.arrayBuffer();
    await pause(spacingMs);
  }
}

const unitsIn = ({ summary }: ExperimentResult): number =>
  summary.variants.reduce((sum, { units }) => sum + units, 0);

async function rowsOf({ warehouse }: Site, units: readonly string[]): Promise<number> {
  const sql = `SELECT uniqExact(event_id) AS found FROM weir.exposures
WHERE env = {environment:String} AND experiment = {experiment:String} AND phase = 1 AND unit IN {units:Array(UInt64)}`;
  const hashes = units.map((unit) => unitHashOf(unit));
  const answer = await warehouse.query<{ found: string }>(sql, { environment, experiment, units: hashes });
  if (!answer.ok) throw new Error(`the probes' rows could not be counted: ${JSON.stringify(answer.failure)}`);
  return Number(answer.value[0]?.found);
}

const unitHashOf = (unit: string): bigint => Buffer.from(unit, "base64url").readBigUInt64BE(0);

/** Beyond the load's own. */
let next = unitCount;
function unitsOf(partition: number, count: number): string[] {
  const units: string[] = [];
  for (; units.length < count; next++) {
    const unit = unitIdOf(next);
    if (partitionOf(unit, partitions) === partition) units.push(unit);
  }
  return units;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
