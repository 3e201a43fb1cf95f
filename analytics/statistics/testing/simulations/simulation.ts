/** How often something happens when a procedure is used as it will be, from seeded chance. */
export interface Simulation {
  readonly name: string;
  /** The rate the method promises. */
  readonly nominal: number;
  /** Whether it promises just this rate, no more or no less than it. */
  readonly claim: "equals" | "at_most" | "at_least";
  /** How far an approximation may be from it; 0 where the promise is exact. */
  readonly slack?: number;
  /** Repetitions that take a fraction of a second. */
  readonly replicates: number;
  /** How many of the repetitions hit. */
  readonly run: (replicates: number, seed: number) => number;
}

export interface Rate {
  readonly observed: number;
  readonly lower: number;
  readonly upper: number;
  readonly holds: boolean;
}

/** Wilson's interval at 99.9 %: of a hundred tables of twenty lines, two may show a false alarm. */
const critical = 3.290_526_731_491_9;

export function rateOf({ nominal, claim, slack = 0 }: Simulation, hits: number, replicates: number): Rate {
  const observed = hits / replicates;
  const square = critical ** 2;
  const center = (observed + square / (2 * replicates)) / (1 + square / replicates);
  const half =
    (critical * Math.sqrt((observed * (1 - observed)) / replicates + square / (4 * replicates ** 2))) /
    (1 + square / replicates);
  const [lower, upper] = [center - half, center + half];
  return {
    observed,
    lower,
    upper,
    holds:
      (claim === "at_least" || lower <= nominal + slack) && (claim === "at_most" || nominal - slack <= upper),
  };
}
