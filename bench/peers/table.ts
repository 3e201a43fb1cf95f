import { atLeast, magnitude, median, type BenchRow, type Goal } from "../report.ts";
import { caseNames, type CaseName } from "./cases.ts";
import { contestants, type ContestantName } from "./contestants.ts";

/** One contestant's figures in one case, a round each. */
export type Rates = Partial<Record<ContestantName, readonly number[]>>;
export type Results = Partial<Record<CaseName, Rates>>;

const unit = "decisions/CPU-s";
/** Weir must be this many times as fast as the fastest peer; c is two SHA-256 for most, and that is a limit. */
const leastOverPeers: Readonly<Record<CaseName, number>> = { a: 3, b: 3, c: 1.5, d: 3 };
const leastOfBare = 0.8;

const isPeer = (name: ContestantName): boolean => "peer" in contestants[name];

/** The middle one of the rounds' ratios: neighbours in time had the same machine. */
const ratioOf = (taken: readonly number[], other: readonly number[]): number =>
  median(taken.map((value, round) => value / (other[round] ?? Number.NaN)));

function fastestPeer(rates: Rates): ContestantName | undefined {
  const names = (Object.keys(rates) as ContestantName[]).filter(isPeer);
  return names.toSorted((a, b) => median(rates[b] ?? []) - median(rates[a] ?? []))[0];
}

interface Against {
  readonly name: ContestantName;
  readonly ratio: number;
  readonly goal: Goal;
}

/** Weir against its two limits; what did not run is not compared with. */
function contestsOf(name: CaseName, rates: Rates): Against[] {
  const { weir, bare } = rates;
  if (weir === undefined) return [];
  const peer = fastestPeer(rates);
  const against = (other: ContestantName, taken: readonly number[], least: number): Against => {
    const ratio = ratioOf(weir, taken);
    return { name: other, ratio, goal: atLeast(ratio, least) };
  };
  return [
    ...(bare === undefined ? [] : [against("bare", bare, leastOfBare)]),
    ...(peer === undefined ? [] : [against(peer, rates[peer] ?? [], leastOverPeers[name])]),
  ];
}

/** Everything, one figure a row: each contestant's, then Weir's against the bare recipe and the fastest peer. */
export function rowsOf(results: Results): BenchRow[] {
  return caseNames.flatMap((name) => {
    const rates = results[name] ?? {};
    const title = (contestant: ContestantName): string => `${name} ${contestants[contestant].label}`;
    const taken = (Object.entries(rates) as [ContestantName, readonly number[]][]).map(
      ([contestant, values]): BenchRow => ({
        case: title(contestant),
        value: median(values),
        unit,
        ...(contestant === "weir" || rates.weir === undefined
          ? {}
          : { ratio: ratioOf(values, rates.weir), against: title("weir") }),
      }),
    );
    const judged = contestsOf(name, rates).map(({ name: other, ratio, goal }): BenchRow => ({
      case: title("weir"),
      value: median(rates.weir ?? []),
      unit,
      ratio,
      against: title(other),
      goal,
    }));
    return [...taken, ...judged];
  });
}

/** For a person: a contestant a line, a case a column, in brackets how many times as fast Weir is. */
export function matrixOf(results: Results): string[] {
  const cases = caseNames.filter((name) => results[name] !== undefined);
  const names = (Object.keys(contestants) as ContestantName[]).filter((contestant) =>
    cases.some((name) => results[name]?.[contestant] !== undefined),
  );
  const lines = names.map((contestant) => [
    contestants[contestant].label,
    ...cases.flatMap((name) => cellsOf(contestant, results[name] ?? {})),
  ]);
  const goals = (["bare", "peer"] as const).map((kind) => [
    kind === "bare" ? "Weir ÷ bare recipe, SHA-256" : "Weir ÷ fastest peer",
    ...cases.flatMap((name) => {
      const found = contestsOf(name, results[name] ?? {}).find(
        (against) => isPeer(against.name) === (kind === "peer"),
      );
      if (found === undefined) return ["", "–"];
      return [found.ratio.toPrecision(3), `${found.goal.text} ${found.goal.met ? "met" : "MISSED"}`];
    }),
  ]);
  const head = [unit, ...cases.flatMap((name) => [name, "Weir ÷"])];
  return aligned([head, ...lines, ...goals]);
}

function cellsOf(contestant: ContestantName, rates: Rates): [string, string] {
  const values = rates[contestant];
  if (values === undefined) return ["–", ""];
  const times = contestant === "weir" || rates.weir === undefined ? undefined : ratioOf(rates.weir, values);
  return [magnitude(median(values)), times === undefined ? "" : timesText(times)];
}

const timesText = (ratio: number): string =>
  ratio < 100 ? `${ratio.toPrecision(3)} ×` : `${Math.round(ratio)} ×`;

/** Figures to the right, words to the left. */
function aligned(lines: readonly (readonly string[])[]): string[] {
  const columns = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((cell, column) => {
        const width = columns?.[column] ?? 0;
        return column % 2 === 1 ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  );
}
