import type { BenchOptions, BenchReport } from "./report.ts";
import { caseNames, flagCount, userCount, type CaseName } from "./peers/cases.ts";
import { contestants, type ContestantName } from "./peers/contestants.ts";
import { install, isInstalled, labelOf, peerNames } from "./peers/packages.ts";
import { Runner } from "./peers/runner.ts";
import { matrixOf, rowsOf, type Rates, type Results } from "./peers/table.ts";

/** Odd, so that a median is a measurement; enough that a neighbour's burst does not move it. */
const rounds = 9;
const warmUpMs = 1_000;
/** Of each contestant in each round: long beside a time slice of the system, short beside the weather of the machine. */
const roundMs = 150;

/** Decisions per CPU-second in process, on one thread, of Weir, of others' engines and of bare code for the same answers. */
export async function run({ scale, progress, install: isWanted }: BenchOptions): Promise<BenchReport> {
  if (isWanted === true) {
    progress("peers: installing");
    await install();
  }
  const missing = peerNames.filter((name) => !isInstalled(name));
  const names = (Object.keys(contestants) as ContestantName[]).filter((name) => {
    const contestant = contestants[name];
    return !("peer" in contestant) || !missing.includes(contestant.peer);
  });
  const results: Results = {};
  const remarks: string[] = [];
  for (const name of caseNames) {
    progress(`peers: case ${name}`);
    results[name] = await compete(name, names, scale, remarks);
  }
  const notes = [
    `${userCount} users, median of ${rounds} interleaved rounds, each contestant in a process of its own`,
    `a: no rules · b: three rules of two conditions, then a split · c: experiment in an exclusion group of half of the users · d: any of ${flagCount} flags for any user`,
    "answers are checked before they are timed: a rule's exactly, shares within chance",
    ...remarks,
    ...(missing.length > 0
      ? [`not installed (npm run bench -- peers --install): ${missing.map(labelOf).join(", ")}`]
      : []),
  ];
  return { name: "peers", rows: rowsOf(results), table: matrixOf(results), notes };
}

async function compete(
  name: CaseName,
  names: readonly ContestantName[],
  scale: number,
  remarks: string[],
): Promise<Rates> {
  const runners = names.map((contestant) => new Runner(contestant));
  try {
    const ready: Runner[] = [];
    // One after the other: two at once would spoil each other's figures.
    for (const runner of runners) {
      const trouble = await runner.open(name);
      if (trouble === undefined) {
        await runner.warmUp(warmUpMs * scale);
        ready.push(runner);
      } else remarks.push(`${contestants[runner.name].label} is not in ${name}: ${trouble}`);
    }
    const rates = Object.fromEntries(ready.map((runner) => [runner.name, [] as number[]]));
    for (let round = 0; round < rounds; round++)
      for (const runner of ready) rates[runner.name]?.push(await runner.round(roundMs * scale));
    return rates;
  } finally {
    for (const runner of runners) runner.end(); // when we are ended, their channel closes and they go by themselves
  }
}
