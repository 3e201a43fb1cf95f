import { openPool } from "../../analytics/pool.ts";
import { systemClock } from "../../runtime/index.ts";
import { below } from "../report.ts";
import type { StatisticsPart } from "./part.ts";
import { exampleOf } from "./scorecard.ts";

const experiments = 100;
const rounds = 10;
const coresMax = 0.5;

/** A hundred running experiments of three metrics, each looked at every second: what that takes of a core, copies included. */
export const refresh: StatisticsPart = async ({ progress }) => {
  progress("statistics: a hundred experiments, every second");
  const pool = openPool({ threads: 1, queueLengthMax: experiments });
  const requests = Array.from({ length: experiments }, () => ({
    ...exampleOf(3, 2),
    at: Date.UTC(2026, 0, 20),
  }));
  const round = (): Promise<unknown> =>
    Promise.all(requests.map((request, index) => pool.analyse(request, `${index}`)));
  await round(); // threads are there, and compiled
  const before = process.cpuUsage();
  const begun = systemClock.monotonicMs();
  for (let index = 0; index < rounds; index++) {
    await round();
    await systemClock.sleep(Math.max(0, begun + (index + 1) * 1_000 - systemClock.monotonicMs()));
  }
  const { user, system } = process.cpuUsage(before);
  await pool.close();
  const cores = (user + system) / 1_000 / (systemClock.monotonicMs() - begun);
  return [
    {
      case: `${experiments} experiments of 3 metrics, every second`,
      value: cores,
      unit: "cores",
      goal: below(cores, coresMax),
    },
  ];
};
