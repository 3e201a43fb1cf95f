import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../../runtime/index.ts";
import type { Monitor } from "../../../protocols/scorecard.ts";
import { planned, type Group } from "../testing/planned.ts";
import { analyse } from "./scorecard.ts";

// Whole experiments, looked at some twenty times each by somebody who stops at the first significant look.

const experiments = 100;
const unitsMax = 3_000;

interface Outcome {
  readonly rejected: boolean;
  readonly covered: boolean;
  readonly mismatch: boolean;
}

function run(seed: number, rates: readonly [number, number]): Outcome {
  const random = seededRandom(seed);
  const groups = [0, 1].map(() => ({ units: 0, buys: 0 }));
  let monitor: Monitor | undefined;
  let outcome: Outcome = { rejected: false, covered: true, mismatch: false };
  for (let looked = 20; looked <= unitsMax; looked = Math.ceil(looked * 1.25)) {
    while ((groups[0]?.units ?? 0) + (groups[1]?.units ?? 0) < 2 * looked) {
      const arm = random.fraction() < 0.5 ? 0 : 1;
      const group = groups[arm] as { units: number; buys: number };
      group.units++;
      if (random.fraction() < rates[arm]) group.buys++;
    }
    const [control, variant] = groups as [Group, Group];
    const {
      comparisons,
      monitor: next,
      scorecard,
    } = analyse({
      ...planned({ control, variants: { new: variant } }),
      monitor,
    });
    monitor = next;
    const said = comparisons[0]?.finding?.monitored;
    if (said?.kind !== "always_valid") continue;
    const [low, high] = said.runningInterval ?? [1, 0];
    const effect = rates[1] - rates[0];
    const ratio = scorecard?.sequentialSampleRatio;
    outcome = {
      rejected: said.runningPValue <= 0.05,
      covered: low <= effect && effect <= high,
      mismatch: ratio?.kind === "tested" && ratio.mismatch,
    };
  }
  return outcome;
}

const share = (outcomes: readonly Outcome[], of: keyof Outcome): number =>
  outcomes.filter((outcome) => outcome[of]).length / outcomes.length;
/** Three standard errors of a share of 5 %. */
const noise = 3 * Math.sqrt((0.05 * 0.95) / experiments);

test("without an effect, at most one experiment in twenty is ever significant, however often it is looked at", () => {
  const outcomes = Array.from({ length: experiments }, (_, index) => run(index + 1, [0.2, 0.2]));
  assert.ok(share(outcomes, "rejected") <= 0.05 + noise, `${share(outcomes, "rejected")}`);
  assert.ok(share(outcomes, "covered") >= 0.95 - noise, `${share(outcomes, "covered")}`);
  assert.ok(share(outcomes, "mismatch") <= 0.01);
});

test("with an effect it is found, and the interval of all looks together holds it", () => {
  const outcomes = Array.from({ length: experiments }, (_, index) => run(index + 1_001, [0.2, 0.26]));
  assert.ok(share(outcomes, "rejected") > 0.9, `${share(outcomes, "rejected")}`);
  assert.ok(share(outcomes, "covered") >= 0.95 - noise, `${share(outcomes, "covered")}`);
});
