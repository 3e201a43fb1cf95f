import { flagsOf, orderOf, peopleOf, userCount } from "./cases.ts";
import type { CaseName, FlagSpec, Order, Person } from "./cases.ts";
import type { Decide, DecideLater, LoadPackage, Open } from "./contestant.ts";
import { keepCallsCalls, loopAtOnce, loopLater } from "./loops.ts";
import { count, emptyTally, type Tally } from "./shares.ts";

/** Decisions that are looked at one by one; fewer of a contestant that is slow. */
const checkedMax = 50_000;
const checkedMsMax = 1_000;
/** Shorter is too short for the clock. */
const trialMs = 20;

/** Of this process: others share the machine, and their time is not ours. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** One contestant in one case, in a process of its own. */
export class Race {
  readonly #flags: readonly FlagSpec[];
  readonly #people: readonly Person[];
  readonly #order: Order;
  readonly #calls: readonly (Decide | DecideLater)[];
  readonly #run: (decisions: number) => number | Promise<number>;
  #decisionsPerMs = 0;

  static async open(name: CaseName, open: Open, load: LoadPackage): Promise<Race> {
    const [flags, people, order] = [flagsOf(name), peopleOf(userCount), orderOf(name)];
    keepCallsCalls();
    const ready = await open(flags, people, load);
    if (ready.kind === "at once") {
      const calls = flags.map((flag) => ready.of(flag));
      return new Race(flags, people, order, calls, (decisions) => loopAtOnce(calls, order, decisions));
    }
    const calls = flags.map((flag) => ready.of(flag));
    return new Race(flags, people, order, calls, (decisions) => loopLater(calls, order, decisions));
  }

  constructor(
    flags: readonly FlagSpec[],
    people: readonly Person[],
    order: Order,
    calls: readonly (Decide | DecideLater)[],
    run: (decisions: number) => number | Promise<number>,
  ) {
    this.#flags = flags;
    this.#people = people;
    this.#order = order;
    this.#calls = calls;
    this.#run = run;
  }

  /** What it answers, before anybody asks how fast. */
  async check(): Promise<Tally> {
    const tally = emptyTally();
    const until = cpuMs() + checkedMsMax;
    for (let index = 0; index < checkedMax && (index % 64 !== 0 || cpuMs() < until); index++) {
      const flag = this.#order.flags[index] as number;
      const person = this.#order.people[index] as number;
      const said = await (this.#calls[flag] as Decide | DecideLater)(person);
      count(tally, this.#flags[flag] as FlagSpec, this.#people[person] as Person, said);
    }
    return tally;
  }

  /** Lets the compiler see everything, and learns how many decisions fill a round. */
  async warmUp(ms: number): Promise<void> {
    const until = cpuMs() + ms;
    for (let decisions = 1; cpuMs() < until || this.#decisionsPerMs === 0;) {
      const start = cpuMs();
      await this.#run(decisions);
      const took = cpuMs() - start;
      if (took < trialMs) decisions *= 2;
      else this.#decisionsPerMs = decisions / took;
    }
  }

  /** Decisions per CPU-second over about so many milliseconds. */
  async round(ms: number): Promise<number> {
    const decisions = Math.max(1, Math.round(this.#decisionsPerMs * ms));
    const start = cpuMs();
    await this.#run(decisions);
    return (decisions * 1_000) / (cpuMs() - start);
  }
}
