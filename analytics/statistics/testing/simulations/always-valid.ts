import { sequentialRatio } from "../../health/sequential-srm.ts";
import { anytimeTPValue, bestG } from "../../sequential/anytime-t.ts";
import { confidenceSequence } from "../../sequential/asymptotic.ts";
import { bernoulliSequence, quantileRanks } from "../../sequential/bernoulli-sequence.ts";
import { hybridInterval } from "../../sequential/hybrid.ts";
import { exactRhoSquared } from "../../sequential/mixture.ts";
import { bernoulliLogLikelihoodRatio, logLikelihoodRatio } from "../../sequential/msprt.ts";
import { CounterRandom } from "../../special/special.ts";
import type { Simulation } from "./simulation.ts";
import { TwoArms } from "./two-arms.ts";

// Nothing to find, looked at after every unit: how often is something found at any look?

const alpha = 0.05;

/** Counts the repetitions in which `found` says yes at some look. */
const ever =
  (looks: number, repetition: (random: CounterRandom) => (look: number) => boolean) =>
  (replicates: number, seed: number): number => {
    let hits = 0;
    for (let index = 0; index < replicates; index++) {
      const found = repetition(new CounterRandom(seed, index));
      for (let look = 1; look <= looks; look++) {
        if (!found(look)) continue;
        hits++;
        break;
      }
    }
    return hits;
  };

const exponential = (random: CounterRandom): number => -Math.log(random.fraction());
const normal = (random: CounterRandom): number => random.normal();

/** From so many units on an asymptotic sequence is used. */
const burnIn = 200;

const asymptotic = (name: string, draw: (random: CounterRandom) => number): Simulation => ({
  name,
  nominal: alpha,
  claim: "at_most",
  replicates: 200,
  run: ever(1_000, (random) => {
    const arms = new TwoArms();
    return (look) => {
      arms.add(look % 2, draw(random));
      if (look < burnIn) return false;
      const { effect, standardError } = arms;
      const answer = confidenceSequence({ effect, standardError, units: look }, { alpha, unitsPlanned: 500 });
      return answer.kind === "estimated" && (answer.lower > 0 || answer.upper < 0);
    };
  }),
});

export const alwaysValidSimulations: readonly Simulation[] = [
  asymptotic("asymptotic sequence, normal values, every unit", normal),
  asymptotic("asymptotic sequence, exponential values, every unit", exponential),
  {
    name: "asymptotic sequence, one-sided, every unit",
    nominal: alpha,
    claim: "at_most",
    replicates: 200,
    run: ever(1_000, (random) => {
      const arms = new TwoArms();
      return (look) => {
        arms.add(look % 2, random.normal());
        if (look < burnIn) return false;
        const estimate = { effect: arms.effect, standardError: arms.standardError, units: look };
        const answer = confidenceSequence(estimate, { alpha, unitsPlanned: 500, sides: 1 });
        return answer.kind === "estimated" && answer.lower > 0;
      };
    }),
  },
  {
    name: "hybrid, every unit and the planned end",
    nominal: alpha,
    claim: "at_most",
    replicates: 200,
    run: ever(600, (random) => {
      const arms = new TwoArms();
      return (look) => {
        arms.add(look % 2, random.normal());
        if (look < burnIn) return false;
        const estimate = { effect: arms.effect, standardError: arms.standardError, units: look };
        const answer = hybridInterval(estimate, { alpha, unitsPlanned: 600, ended: look === 600 });
        return answer.kind === "estimated" && answer.pValue <= alpha;
      };
    }),
  },
  {
    name: "anytime-valid t, normal values, every unit from the third",
    nominal: alpha,
    claim: "at_most",
    replicates: 200,
    run: ever(600, (random) => {
      const arms = new TwoArms();
      const g = bestG(exactRhoSquared(200, alpha));
      return (look) => {
        arms.add(look % 2, random.normal());
        if (look < 3) return false;
        const p = anytimeTPValue(arms.t, { units: look, coefficients: 2, g });
        return p !== undefined && p <= alpha;
      };
    }),
  },
  {
    name: "mSPRT, normal values, every pair",
    nominal: alpha,
    claim: "at_most",
    replicates: 300,
    run: ever(1_000, (random) => {
      let sum = 0;
      return (look) => {
        sum += random.normal() - random.normal();
        return (logLikelihoodRatio(sum / look, 2 / look, 0.04) ?? 0) >= -Math.log(alpha);
      };
    }),
  },
  {
    name: "mSPRT, proportions of 10 %, every pair from the hundredth",
    nominal: alpha,
    claim: "at_most",
    replicates: 250,
    run: ever(1_000, (random) => {
      const successes = [0, 0];
      return (look) => {
        for (const arm of [0, 1]) successes[arm] = (successes[arm] ?? 0) + (random.fraction() < 0.1 ? 1 : 0);
        if (look < 100) return false;
        const [control, variant] = successes.map((count) => ({ count: look, share: count / look }));
        if (control === undefined || variant === undefined) return false;
        return (bernoulliLogLikelihoodRatio(control, variant, 0.0025) ?? 0) >= -Math.log(alpha);
      };
    }),
  },
  {
    name: "Bernoulli sequence misses 30 %, every tenth trial",
    nominal: alpha,
    claim: "at_most",
    replicates: 120,
    run: ever(40, (random) => {
      let successes = 0;
      return (look) => {
        for (let index = 0; index < 10; index++) successes += random.fraction() < 0.3 ? 1 : 0;
        const range = bernoulliSequence(successes, 10 * look, alpha, 200);
        return range !== undefined && (range.lower > 0.3 || range.upper < 0.3);
      };
    }),
  },
  {
    name: "quantile sequence misses the upper quartile, every twentieth value",
    nominal: alpha,
    claim: "at_most",
    replicates: 120,
    run: ever(30, (random) => {
      // Of uniform values only the number below the true quartile matters.
      let below = 0;
      return (look) => {
        for (let index = 0; index < 20; index++) below += random.fraction() < 0.75 ? 1 : 0;
        const ranks = quantileRanks(20 * look, 0.75, alpha, 300);
        const tooHigh = ranks?.lower !== undefined && below < ranks.lower;
        return tooHigh || (ranks?.upper !== undefined && below >= ranks.upper);
      };
    }),
  },
  {
    name: "sequential sample ratio, three arms, every unit, alpha 0.01",
    nominal: 0.01,
    claim: "at_most",
    replicates: 300,
    run: ever(1_000, (random) => {
      const units = [0, 0, 0];
      return () => {
        const at = random.fraction();
        const arm = at < 0.5 ? 0 : at < 0.8 ? 1 : 2;
        units[arm] = (units[arm] ?? 0) + 1;
        const arms = units.map((count, index) => ({ units: count, weight: [5, 3, 2][index] ?? 0 }));
        const look = sequentialRatio(arms, 100);
        return look.kind === "tested" && look.pValue <= 0.01;
      };
    }),
  },
];
