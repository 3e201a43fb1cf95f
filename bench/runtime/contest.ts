import { atLeast, median, type BenchRow } from "../report.ts";

/** One measure's figures, a round each. */
export interface Taken {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
}

/** Measures everything in turn, round after round, so that a slow moment of the machine hits all; the first warms up. */
export async function inTurn<Name extends string>(
  rounds: number,
  measures: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(measures) as Name[];
  const taken = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const value = await measures[name]();
      if (round > 0) taken[name].push(value);
    }
  }
  return taken;
}

export const rowOf = ({ name, unit, values }: Taken): BenchRow => ({
  case: name,
  value: median(values),
  unit,
});

/** A figure beside its limit. The ratio is the middle one of the rounds': neighbours in time are alike. */
export function besides(taken: Taken, limit: Taken, least?: number): BenchRow {
  const ratio = median(taken.values.map((value, round) => value / (limit.values[round] ?? Number.NaN)));
  const goal = least === undefined ? {} : { goal: atLeast(ratio, least) };
  return { ...rowOf(taken), ratio, against: limit.name, ...goal };
}
