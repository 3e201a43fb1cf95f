import type { EvaluationContext } from "../protocols/decision.ts";
import { PublishedExperiment } from "../protocols/experiment.ts";
import { Flag, Segment } from "../protocols/flag.ts";
import { EnvironmentKey, type UnitId } from "../protocols/ids.ts";
import { Metric } from "../protocols/metric.ts";
import type { Plan } from "../protocols/plan.ts";
import { EpochMs } from "../protocols/time.ts";
import { compile, type Compilation, type PlanContent } from "./compile.ts";
import { unitIdOf } from "./unit.ts";

// Content for tests: the schemas fill in what a test does not care about.

type Loose = Readonly<Record<string, unknown>>;

/** A boolean flag with the variations `on` and `off`, which gives `off` to everybody. */
export const flag = (key: string, members: Loose = {}): Flag =>
  Flag.parse({
    key,
    type: "boolean",
    variations: [
      { key: "on", value: true },
      { key: "off", value: false },
    ],
    offVariation: "off",
    fallthrough: { variation: "off" },
    ...members,
  });

/** Half `on`, half `off`, running. */
export const experiment = (key: string, flagKey: string, members: Loose = {}): PublishedExperiment =>
  PublishedExperiment.parse({
    key,
    flag: flagKey,
    variants: [
      { key: "control", variation: "off", weight: 5_000 },
      { key: "treatment", variation: "on", weight: 5_000 },
    ],
    control: "control",
    metrics: { primary: "orders" },
    status: "running",
    phase: 1,
    ...members,
  });

/** Options of a property: one seed for all, so that a failure comes again; fast-check prints it with the counterexample. */
export const seeded = (numRuns: number): { readonly numRuns: number; readonly seed: number } => ({
  numRuns,
  seed: 20_260_117,
});

export const segment = (key: string, members: Loose = {}): Segment => Segment.parse({ key, ...members });

export const orders = Metric.parse({ key: "orders", definition: { type: "count", event: "order" } });

export const content = (members: Partial<PlanContent>): PlanContent => ({
  environment: EnvironmentKey.parse("test"),
  salt: "salt-of-test",
  unitSalt: "unit-salt-of-test",
  partitions: 8,
  flags: [],
  segments: [],
  experiments: [],
  metrics: [orders],
  layers: [],
  holdouts: [],
  overrides: [],
  ...members,
});

export const compiled = (members: Partial<PlanContent>): Compilation =>
  compile(content(members), 1, EpochMs.parse(0));

export function planOf(members: Partial<PlanContent>): Plan {
  const compilation = compiled(members);
  if (!compilation.ok) throw new Error(JSON.stringify(compilation.problems));
  return compilation.plan;
}

export const unit = (index: number): UnitId => unitIdOf("unit-salt-of-test", "user", `user-${index}`);

export const contextOf = (index: number, attributes: Loose = {}, now = 0): EvaluationContext => ({
  unitId: unit(index),
  attributes,
  now,
});
