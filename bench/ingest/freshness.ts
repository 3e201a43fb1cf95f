import type { PipelinePosition } from "../../protocols/pipeline.ts";
import type { ExperimentResult } from "../../protocols/results.ts";
import type { BenchRow } from "../report.ts";
import { followEvents, quantile } from "./event-stream.ts";
import { authorised, type World } from "./world.ts";

const probes = 30;
const probeTimeoutMs = 30_000;
/** Apart enough that the one update a second of the result stream is not what is measured twice. */
const probeSpacingMs = 1_100;
const pollMs = 10;

/** How long after its acknowledgement an exposure is in a live result, and in ClickHouse. */
export async function measureFreshness(world: World, scale: number): Promise<BenchRow[]> {
  const toResult: number[] = [];
  const toRow: number[] = [];
  let units = 0;
  let newest: ExperimentResult | undefined;
  const waiting = new Set<() => void>();
  const stop = await followEvents(
    world,
    `/stream/results/${world.experiment}?env=${world.environment}`,
    (event) => {
      if (event.event !== "result") return;
      newest = JSON.parse(event.data) as ExperimentResult;
      for (const wake of waiting) wake();
    },
  );
  const counted = (): number =>
    (newest?.summary.variants ?? []).reduce((sum, variant) => sum + variant.units, 0);
  units = (
    await world.api.call<ExperimentResult>("GET", `/v1/experiments/${world.experiment}/results`, {
      query: { env: world.environment },
    })
  ).summary.variants.reduce((sum, variant) => sum + variant.units, 0);
  for (let probe = 0; probe < Math.max(5, Math.round(probes * scale)); probe++) {
    await expose(world, `probe-${probe}`);
    units++;
    const acknowledged = performance.now();
    const target = units;
    const result = until(waiting, () => counted() >= target).then(() =>
      toResult.push(performance.now() - acknowledged),
    );
    const row = untilLevel(world).then(() => toRow.push(performance.now() - acknowledged));
    await Promise.all([result, row]);
    await pause(probeSpacingMs);
  }
  stop();
  return [
    ...quantiles("acknowledged exposure → live result (SSE)", toResult),
    ...quantiles("acknowledged exposure → ClickHouse row", toRow),
  ];
}

/** How long after its request a publish is at an SSE client. */
export async function measurePublish(world: World, scale: number): Promise<BenchRow[]> {
  const waiting = new Set<() => void>();
  let version = 0;
  const stop = await followEvents(world, `/stream/${world.environment}`, (event) => {
    if (event.event !== "put") return;
    ({ version } = (JSON.parse(event.data) as { plan: { version: number } }).plan);
    for (const wake of waiting) wake();
  });
  const times: number[] = [];
  for (let probe = 0; probe < Math.max(5, Math.round(probes * scale)); probe++) {
    const before = performance.now();
    const receipt = await world.api.call<{ version: number }>(
      "POST",
      `/v1/environments/${world.environment}/publish`,
      {
        body: { note: `probe ${probe}` },
      },
    );
    await until(waiting, () => version >= receipt.version);
    times.push(performance.now() - before);
  }
  stop();
  return quantiles("publish request → plan at an SSE client", times);
}

function quantiles(name: string, values: readonly number[]): BenchRow[] {
  return [
    { case: `${name}, median`, value: quantile(values, 0.5), unit: "ms" },
    { case: `${name}, p99`, value: quantile(values, 0.99), unit: "ms" },
  ];
}

async function expose(world: World, user: string): Promise<void> {
  const response = await fetch(`${world.weir.url}/v1/exposures?env=${world.environment}`, {
    method: "POST",
    headers: authorised(world),
    body: JSON.stringify({
      id: `x-${user}`,
      experimentKey: world.experiment,
      variant: "control",
      userId: user,
    }),
  });
  if (response.status !== 202) throw new Error(`exposure: ${response.status} ${await response.text()}`);
  await response.arrayBuffer();
}

async function untilLevel(world: World): Promise<void> {
  const deadline = performance.now() + probeTimeoutMs;
  for (;;) {
    const position = await world.api.call<PipelinePosition>(
      "GET",
      `/v1/environments/${world.environment}/pipeline`,
    );
    if (position.warehouse >= Math.max(...position.partitions.map(({ stream }) => stream))) return;
    if (performance.now() > deadline) throw new Error("the warehouse did not become level");
    await pause(pollMs);
  }
}

async function until(waiting: Set<() => void>, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + probeTimeoutMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error("an expected event did not come");
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        waiting.delete(wake);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(wake, 1_000);
      waiting.add(wake);
    });
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
