import { median, type BenchRow } from "../report.ts";
import type { Crew } from "./crew.ts";
import { perSecond } from "./load.ts";

const stateBytesFull = 50_000_000;
const eventsFull = 1_000_000;
const eventsPerCommit = 100;
const mega = 1_000_000;

/** How long an actor takes to come back in a new process, from a large snapshot and from a long journal. */
export async function measureActivation(crew: Crew, scale: number): Promise<BenchRow[]> {
  const { url } = await crew.startServer();
  const rounds = scale < 1 ? 1 : 3;
  const rows: BenchRow[] = [];
  for (const key of ["numbers", "records"]) {
    const hoarding = crew.hire();
    const { bytes, ms: savedMs } = await hoarding.order("hoard", { url, key, bytes: stateBytesFull * scale });
    await hoarding.kill();
    const { ms, readMs } = await inNewProcesses(crew, rounds, { url, kind: "hoard", key });
    const size = `${(bytes / mega).toFixed(0)} MB of ${key}`;
    rows.push(
      { case: `snapshot of ${size}: saved in`, value: savedMs, unit: "ms" },
      { case: `snapshot of ${size}: read alone`, value: readMs, unit: "ms" },
      { case: `activation from ${size}`, value: ms, unit: "ms", ratio: ms / readMs, against: "read alone" },
    );
  }
  const commits = Math.round((eventsFull * scale) / eventsPerCommit);
  const events = commits * eventsPerCommit;
  const writing = crew.hire();
  const { bytes } = await writing.order("writeHistory", {
    url,
    key: "long",
    commits,
    events: eventsPerCommit,
  });
  await writing.kill();
  const { ms, readMs } = await inNewProcesses(crew, rounds, { url, kind: "counter", key: "long" });
  const name = `replay of ${events} events in ${commits} commits`;
  const limit = `reading and parsing the ${commits} commits`;
  rows.push(
    { case: `${name}: activation`, value: ms, unit: "ms", ratio: ms / readMs, against: limit },
    { case: `${name}: events`, value: perSecond(events, ms), unit: "events/s" },
    { case: `${name}: bytes`, value: perSecond(bytes / mega, ms), unit: "MB/s" },
  );
  return rows;
}

async function inNewProcesses(
  crew: Crew,
  rounds: number,
  input: { readonly url: string; readonly kind: "counter" | "hoard"; readonly key: string },
): Promise<{ ms: number; readMs: number }> {
  const taken: { ms: number; readMs: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const worker = crew.hire();
    taken.push(await worker.order("activate", input));
    await worker.kill();
  }
  return { ms: median(taken.map(({ ms }) => ms)), readMs: median(taken.map(({ readMs }) => readMs)) };
}
