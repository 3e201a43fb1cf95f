import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { stepsDefault } from "./schedule.ts";

export interface Options {
  readonly seed: number;
  readonly count: number;
  readonly steps: number;
  readonly jobs: number;
  readonly verbose: boolean;
  readonly planted: boolean;
  readonly untilFailure: boolean;
}

export const help = `Runs the actor runtime in simulated worlds: one process, virtual time, faults drawn from a seed.

  npm run simulate -- [options]

  --seed N         the first seed (1)
  --count K        how many seeds, one schedule each (1000)
  --steps S        commands of the clients in one schedule (${stepsDefault})
  --jobs J         schedules run at the same time (one for each core)
  --until-failure  ends with the first seed that fails
  --verbose        prints everything that happens in one schedule; implies --count 1
  --planted        plants known bugs into copies of the runtime, and shows which seed notices each
  --help           this text

Ends with one line of totals. Exit 1 when an invariant did not hold; the same seed and steps show it again.
`;

const seedMax = 0xff_ff_ff_ff;
const countMax = 10_000_000;

export type Parsed =
  | { readonly kind: "run"; readonly options: Options }
  | { readonly kind: "help" }
  | { readonly kind: "wrong"; readonly problem: string };

export function parseOptions(args: readonly string[]): Parsed {
  let given;
  try {
    given = parseArgs({
      args: [...args],
      options: {
        seed: { type: "string" },
        count: { type: "string" },
        steps: { type: "string" },
        jobs: { type: "string" },
        verbose: { type: "boolean", default: false },
        planted: { type: "boolean", default: false },
        "until-failure": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return { kind: "wrong", problem: error instanceof Error ? error.message : String(error) };
  }
  if (given.help) return { kind: "help" };
  const problems: string[] = [];
  const number = (name: "seed" | "count" | "steps" | "jobs", fallback: number, max: number): number => {
    const text = given[name] ?? String(fallback);
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    const min = name === "seed" ? 0 : 1;
    if (!(value >= min && value <= max))
      problems.push(`--${name} is a whole number from ${min} to ${max}, not ${text}`);
    return value;
  };
  const { verbose, planted } = given;
  const options: Options = {
    seed: number("seed", 1, seedMax),
    count: number("count", verbose ? 1 : 1_000, countMax),
    steps: number("steps", stepsDefault, 10_000),
    jobs: number("jobs", availableParallelism(), 64),
    verbose,
    planted,
    untilFailure: given["until-failure"],
  };
  if (verbose && options.count !== 1) problems.push("--verbose shows one schedule: --count 1");
  if (problems.length > 0) return { kind: "wrong", problem: problems.join("\n") };
  return { kind: "run", options };
}
