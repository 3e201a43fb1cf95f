import { PowerRequest } from "../../../../protocols/power.ts";
import { plan } from "../../../planning/plan.ts";
import { boundaries } from "../../sequential/boundaries.ts";
import type { GroupSequentialDesign, Shape } from "../../sequential/design.ts";
import { monitor } from "../../sequential/monitor.ts";
import { inflationFor } from "../../sequential/operating.ts";
import { confidenceSequence } from "../../sequential/asymptotic.ts";
import { tPower } from "../../planning/power.ts";
import { CounterRandom, studentQuantile } from "../../special/special.ts";
import type { Simulation } from "./simulation.ts";
import { TwoArms } from "./two-arms.ts";

const fifths = [0.2, 0.4, 0.6, 0.8, 1];
const uneven = [0.15, 0.4, 0.55, 0.9, 1];

/** Z at each look of a Brownian motion with this drift. */
function path(random: CounterRandom, times: readonly number[], drift: number): number[] {
  let [value, before] = [0, 0];
  return times.map((time) => {
    value += drift * (time - before) + random.normal() * Math.sqrt(time - before);
    before = time;
    return value / Math.sqrt(time);
  });
}

function crossings(design: GroupSequentialDesign, drift: number) {
  return (replicates: number, seed: number): number => {
    const made = boundaries(design);
    if (made.kind !== "boundaries") throw new Error(made.kind);
    let hits = 0;
    for (let index = 0; index < replicates; index++) {
      const values = path(new CounterRandom(seed, index), made.times, drift);
      const at = values.findIndex(
        (z, look) =>
          z >= (made.z[look] ?? 0) ||
          (design.sides === 2 && z <= -(made.z[look] ?? 0)) ||
          z <= (made.futilityZ?.[look] ?? Number.NEGATIVE_INFINITY),
      );
      const z = values[at];
      if (z !== undefined && (design.sides === 2 || z >= (made.z[at] ?? 0))) hits++;
    }
    return hits;
  };
}

const error = (name: string, shape: Shape, times: readonly number[]): Simulation => ({
  name: `${name}, five looks: error`,
  nominal: 0.05,
  claim: "equals",
  replicates: 8_000,
  run: crossings({ shape, times, alpha: 0.05, sides: 2 }, 0),
});

function power(name: string, design: GroupSequentialDesign): Simulation {
  return {
    name: `${name}, five looks: power as planned`,
    nominal: 0.8,
    claim: "equals",
    replicates: 8_000,
    run: (replicates, seed) => {
      const made = boundaries(design);
      const cost = made.kind === "boundaries" ? inflationFor(made, design.alpha, 0.8) : undefined;
      return crossings(design, cost?.drift ?? Number.NaN)(replicates, seed);
    },
  };
}

const spending: Shape = { kind: "spending", spending: { kind: "obrien_fleming" } };
const futility: GroupSequentialDesign = {
  shape: spending,
  times: fifths,
  alpha: 0.025,
  sides: 1,
  futility: { spending: { kind: "pocock" }, beta: 0.2, binding: true },
};

export const groupSequentialSimulations: readonly Simulation[] = [
  error("Pocock", { kind: "pocock" }, fifths),
  error("O'Brien-Fleming", { kind: "obrien_fleming" }, fifths),
  error("Wang-Tsiatis 0.25", { kind: "wang_tsiatis", delta: 0.25 }, fifths),
  error("Haybittle-Peto", { kind: "haybittle_peto", interimZ: 3 }, fifths),
  error("Lan-DeMets O'Brien-Fleming, uneven", spending, uneven),
  error(
    "Hwang-Shih-DeCani −4, uneven",
    { kind: "spending", spending: { kind: "hwang_shih_decani", gamma: -4 } },
    uneven,
  ),
  {
    name: "binding futility, five looks: error",
    nominal: 0.025,
    claim: "equals",
    replicates: 8_000,
    run: crossings(futility, 0),
  },
  power("Pocock", { shape: { kind: "pocock" }, times: fifths, alpha: 0.05, sides: 2 }),
  power("Lan-DeMets O'Brien-Fleming, uneven", { shape: spending, times: uneven, alpha: 0.05, sides: 2 }),
  power("binding futility", futility),
  {
    name: "looks other than planned, monitored: error",
    nominal: 0.05,
    claim: "equals",
    replicates: 8_000,
    run: (replicates, seed) => {
      const design: GroupSequentialDesign = {
        shape: { kind: "obrien_fleming" },
        times: fifths,
        alpha: 0.05,
        sides: 2,
      };
      // The second look is skipped, the fourth comes early, the last late. Where the boundaries lie does not depend
      // on what is seen, so they are asked for once.
      const times = [0.2, 0.6, 0.7, 1.1];
      const looks = times.map((time) => ({ information: 100 * time, z: 0 }));
      const result = monitor({ design, informationPlanned: 100, looks, ended: true });
      if (result.kind !== "monitored") throw new Error(result.kind);
      let hits = 0;
      for (let index = 0; index < replicates; index++) {
        const values = path(new CounterRandom(seed, index), times, 0);
        if (values.some((z, look) => Math.abs(z) >= (result.looks[look]?.z ?? 0))) hits++;
      }
      return hits;
    },
  },
  {
    name: "final interval after stopping covers the effect",
    nominal: 0.95,
    claim: "equals",
    replicates: 80,
    run: (replicates, seed) => {
      const design: GroupSequentialDesign = {
        shape: { kind: "pocock" },
        times: fifths,
        alpha: 0.05,
        sides: 2,
      };
      let hits = 0;
      for (let index = 0; index < replicates; index++) {
        const looks = path(new CounterRandom(seed, index), fifths, 2).map((z, look) => ({
          information: fifths[look] ?? 0,
          z,
        }));
        const result = monitor({ design, informationPlanned: 1, looks, ended: true });
        if (result.kind !== "monitored" || result.final === undefined) continue;
        if (result.final.lower <= 2 && 2 <= result.final.upper) hits++;
      }
      return hits;
    },
  },
  {
    name: "t test of two groups of 17: power as planned",
    nominal: tPower(17, { effectSize: 1, alpha: 0.05, sides: 2, ratio: 1 }) ?? Number.NaN,
    claim: "equals",
    replicates: 2_000,
    run: (replicates, seed) => tRejections(17, 1, replicates, seed),
  },
  {
    name: "always-valid plan, a look every tenth unit: power at least as planned",
    nominal: 0.8,
    claim: "at_least",
    replicates: 150,
    run: alwaysValidFindings,
  },
];

/** Rejections at 0.05 by the two-sample t. */
function tRejections(units: number, effect: number, replicates: number, seed: number): number {
  const critical = studentQuantile(0.975, 2 * units - 2);
  let hits = 0;
  for (let index = 0; index < replicates; index++) {
    const random = new CounterRandom(seed, index);
    const arms = new TwoArms();
    for (let unit = 0; unit < 2 * units; unit++) arms.add(unit % 2, (unit % 2) * effect + random.normal());
    if (Math.abs(arms.t) >= critical) hits++;
  }
  return hits;
}

/** The plan counts fourteen looks, so that more of them find more. */
function alwaysValidFindings(replicates: number, seed: number): number {
  const request = PowerRequest.parse({
    metrics: [{ metric: "m", baseline: { kind: "mean", mean: 1, standardDeviation: 1 } }],
    effect: { absolute: 0.3 },
    monitoring: { kind: "always_valid", tunedFor: 500 },
  });
  const made = plan(request, { metrics: {} }).metrics[0]?.plan;
  if (made?.kind !== "planned") throw new Error(made?.kind);
  let hits = 0;
  for (let index = 0; index < replicates; index++) {
    const random = new CounterRandom(seed, index);
    const arms = new TwoArms();
    for (let unit = 1; unit <= made.units; unit++) {
      arms.add(unit % 2, (unit % 2) * 0.3 + random.normal());
      if (unit < 100 || (unit % 10 !== 0 && unit !== made.units)) continue;
      const estimate = { effect: arms.effect, standardError: arms.standardError, units: unit };
      const answer = confidenceSequence(estimate, { alpha: 0.05, unitsPlanned: 500 });
      if (answer.kind !== "estimated" || answer.lower <= 0) continue;
      hits++;
      break;
    }
  }
  return hits;
}
