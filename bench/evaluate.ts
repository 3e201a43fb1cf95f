import { evaluate } from "../evaluation/evaluate.ts";
import { SaltPool } from "../evaluation/preloaded-salt.ts";
import { program } from "../evaluation/program.ts";
import { unitIdOf } from "../evaluation/unit.ts";
import { bareOf, type Bare } from "./evaluation/bare.ts";
import { keyOf, kindOf, kinds, planOf } from "./evaluation/plan.ts";
import { sequenceOf, unitSalt, usersOf, type User } from "./evaluation/users.ts";
import { median, type BenchOptions, type BenchReport, type BenchRow } from "./report.ts";

const userCount = 100_000;
const flagCount = 1_000;
/** Odd, so that a median is a measurement; enough that a neighbour's burst does not move it. */
const rounds = 9;
const unit = "decisions/CPU-s";

/** One case: the n-th decision, by Weir and by bare code, as a variation key. */
interface Contest {
  readonly name: string;
  readonly decisions: number;
  readonly weir: (index: number) => string | undefined;
  readonly bare: (index: number) => string | undefined;
}

/** Decisions per CPU-second on one thread, beside the limit that this machine has in this run. */
export function run({ scale, progress }: BenchOptions): Promise<BenchReport> {
  const users = usersOf(userCount);
  const rows: BenchRow[] = [];
  for (const contest of contestsOf(users)) {
    progress(`evaluate: case ${contest.name}`);
    rows.push(...measure(contest, Math.ceil(contest.decisions * scale)));
  }
  const ids = median(Array.from({ length: rounds }, () => rateOf(unitIdAt, Math.ceil(300_000 * scale))));
  rows.push({ case: "unit id of a raw key", value: ids, unit: "ids/CPU-s" });
  const notes = [
    `${userCount} users, ${flagCount} flags, median of ${rounds} interleaved rounds`,
    "a: no rules · b: three rules of two conditions, then a split · c: experiment, half of the units · d: any of 1000 flags",
  ];
  return Promise.resolve({ name: "evaluate", rows, notes });
}

function contestsOf(users: readonly User[]): Contest[] {
  const built = program(planOf(flagCount));
  const pool = new SaltPool();
  const weirOf = (flagKey: string, user: User): string | undefined =>
    evaluate(built, flagKey, user).variation;
  const userAt = (index: number): User => users[index % userCount] as User;
  const single = kinds.map((kind): Contest => {
    const first = Array.from({ length: 5 }, (_, index) => index).find((index) => kindOf(index) === kind) ?? 0;
    const key = keyOf(first);
    const bare = bareOf(kind, key, first, pool);
    const decisions = kind === "a" ? 5_000_000 : 500_000;
    return {
      name: kind,
      decisions,
      weir: (index) => weirOf(key, userAt(index)),
      bare: (index) => bare(userAt(index)),
    };
  });
  const next = sequenceOf(11);
  const order = Uint16Array.from({ length: 1 << 16 }, () => Math.floor(next(flagCount)));
  const keys = Array.from({ length: flagCount }, (_, index) => keyOf(index));
  const bares = keys.map((key, index) => bareOf(kindOf(index), key, index, pool));
  const flagAt = (index: number): number => order[index & 0xffff] as number;
  const mixed: Contest = {
    name: "d",
    decisions: 500_000,
    weir: (index) => weirOf(keys[flagAt(index)] as string, userAt(index * 7)),
    bare: (index) => (bares[flagAt(index)] as Bare)(userAt(index * 7)),
  };
  return [...single, mixed];
}

function measure({ name, weir, bare }: Contest, decisions: number): BenchRow[] {
  for (let index = 0; index < 20_000; index++)
    if (weir(index) !== bare(index)) throw new Error(`case ${name}: two answers for decision ${index}`);
  const weirRates: number[] = [];
  const bareRates: number[] = [];
  for (let round = 0; round < rounds; round++) {
    bareRates.push(rateOf(bare, decisions));
    weirRates.push(rateOf(weir, decisions));
  }
  const [value, limit] = [median(weirRates), median(bareRates)];
  const against = `${name} bare`;
  return [
    { case: against, value: limit, unit },
    { case: name, value, unit, ratio: value / limit, against },
  ];
}

/** CPU time, not wall time: other processes share the machine. */
function rateOf(decide: (index: number) => string | undefined, count: number): number {
  const start = process.cpuUsage();
  let served = 0;
  for (let index = 0; index < count; index++) if (decide(index) === "on") served++;
  const { user, system } = process.cpuUsage(start);
  // Always true; it only keeps the loop's result in use, so that the loop is not optimised away.
  return served >= 0 ? (count * 1e6) / (user + system) : 0;
}

const unitIdAt = (index: number): string => unitIdOf(unitSalt, "user", `user-${index}`);
