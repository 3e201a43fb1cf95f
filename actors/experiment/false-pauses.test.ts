import assert from "node:assert/strict";
import { test } from "node:test";
import { analyse } from "../../analytics/statistics/scorecard/scorecard.ts";
import { planned } from "../../analytics/statistics/testing/planned.ts";
import type { Monitor } from "../../protocols/scorecard.ts";
import { seededRandom } from "../../runtime/index.ts";
import { breachedLook } from "./breaches.ts";

// Whole experiments with a guardrail that pauses, each looked at from its first units to its last. The worst that must not
// pause is harm of exactly what is accepted; what is less pauses less often.

const experiments = 120;
const unitsMax = 4_000;
const limit = 0.25;
const baseRate = 0.2;
const alpha = 0.05;

interface Paused {
  readonly byGuardrail: boolean;
  readonly bySampleRatio: boolean;
}

function run(seed: number, harm: number): Paused {
  const random = seededRandom(seed);
  const rates = [baseRate, baseRate * (1 + harm)];
  const groups = [0, 1].map(() => ({ units: 0, errors: 0 }));
  let monitor: Monitor | undefined;
  const places = new Set<string>();
  let dealt = 0;
  for (let looked = 40; looked <= unitsMax; looked = Math.ceil(looked * 1.2)) {
    for (; dealt < looked; dealt++) {
      const arm = random.fraction() < 0.5 ? 0 : 1;
      const group = groups[arm] as { units: number; errors: number };
      group.units++;
      if (random.fraction() < (rates[arm] as number)) group.errors++;
    }
    const [control, variant] = groups as [(typeof groups)[0], (typeof groups)[0]];
    const request = planned({ analysis: { alpha }, control, variants: { new: variant } });
    const metrics = request.definition.metrics.map((metric) =>
      metric.key === "errors"
        ? { ...metric, guardrail: { maxRelativeChange: limit, action: "pause" as const } }
        : metric,
    );
    const definition = { ...request.definition, metrics };
    const found = analyse({ ...request, definition, monitor });
    monitor = found.monitor;
    for (const { kind } of breachedLook(definition, found)?.breaches ?? []) places.add(kind);
  }
  return { byGuardrail: places.has("guardrail"), bySampleRatio: places.has("sample_ratio") };
}

function shares(seed: number, harm: number): { readonly guardrail: number; readonly sampleRatio: number } {
  const runs = Array.from({ length: experiments }, (_, index) => run(seed + index, harm));
  const share = (of: keyof Paused): number => runs.filter((each) => each[of]).length / experiments;
  return { guardrail: share("byGuardrail"), sampleRatio: share("bySampleRatio") };
}

test("harm of exactly what is accepted pauses at most alpha / 2 of experiments, looked at from first to last", (t) => {
  const { guardrail, sampleRatio } = shares(1, limit);
  t.diagnostic(`${guardrail} by the guardrail, ${sampleRatio} by the sample ratio`);
  assert.ok(guardrail <= alpha / 2, `${guardrail}`);
  assert.equal(sampleRatio, 0);
});

test("no harm pauses none", () => {
  assert.deepEqual(shares(10_001, 0), { guardrail: 0, sampleRatio: 0 });
});

test("harm far beyond what is accepted pauses nearly all", (t) => {
  const { guardrail } = shares(20_001, 1);
  t.diagnostic(`${guardrail}`);
  assert.ok(guardrail > 0.95, `${guardrail}`);
});
