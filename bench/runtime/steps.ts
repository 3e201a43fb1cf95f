import type { BenchRow } from "../report.ts";
import type { Crew } from "./crew.ts";

const cases = [
  { name: "one actor, one command at a time", actors: 1, concurrency: 1 },
  { name: "one actor, 64 commands under way (group commit)", actors: 1, concurrency: 64 },
  { name: "10,000 actors, 1,000 commands under way", actors: 10_000, concurrency: 1_000 },
];

/** Steps without a server: the runtime's own share of everything below. */
export async function measureSteps(crew: Crew, scale: number): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const { name, actors, concurrency } of cases) {
    const worker = crew.hire();
    const ms = Math.max(400, 3_000 * scale);
    await worker.order("stepInMemory", { actors, concurrency, ms: ms / 2 }); // warms up
    const value = await worker.order("stepInMemory", { actors, concurrency, ms });
    rows.push({ case: `in memory: ${name}`, value, unit: "steps/s" });
    await worker.kill();
  }
  return rows;
}
