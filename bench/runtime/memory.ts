import type { BenchRow } from "../report.ts";
import type { Crew } from "./crew.ts";

const cases = [
  { name: "idle: activated, empty state", actors: 10_000, commands: 0 },
  { name: "idle: activated, empty state", actors: 50_000, commands: 0 },
  { name: "live: state and 10 remembered replies", actors: 10_000, commands: 10 },
  { name: "live: state and 10 remembered replies", actors: 50_000, commands: 10 },
  { name: "busy: as many remembered replies as are kept", actors: 500, commands: 1_100 },
];

/** Heap and buffers of one actor, journal and snapshots aside. */
export async function measureMemory(crew: Crew, scale: number): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const { name, actors, commands } of cases) {
    const count = Math.round(actors * scale);
    const worker = crew.hire(["--expose-gc"]);
    const value = await worker.order("weigh", { actors: count, commands });
    rows.push({ case: `${name}, of ${count}`, value, unit: "B/actor" });
    await worker.kill();
  }
  return rows;
}
