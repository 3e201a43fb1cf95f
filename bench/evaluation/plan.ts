import { compile, type PlanContent } from "../../evaluation/compile.ts";
import { PublishedExperiment } from "../../protocols/experiment.ts";
import { Flag } from "../../protocols/flag.ts";
import { EnvironmentKey } from "../../protocols/ids.ts";
import { PublishedLayer } from "../../protocols/layer.ts";
import { Metric } from "../../protocols/metric.ts";
import type { Plan } from "../../protocols/plan.ts";
import { EpochMs } from "../../protocols/time.ts";
import { countries, plans, unitSalt } from "./users.ts";

export const salt = "bench-salt";

/**
 * What the rules of the flag with this number ask. No two flags ask quite the same: what a program learns of one must
 * not pay for another.
 */
export function asksOf(number: number) {
  const from = (first: number): string[] =>
    Array.from({ length: 5 }, (_, index) => countries[(first + number + index) % countries.length] ?? "");
  const plan = (first: number): string => plans[(first + number) % plans.length] ?? "";
  const minor = (first: number): number => (first + number) % 20;
  const patch = Math.floor(number / 20) % 30;
  return {
    nearCountries: from(0),
    nearPlan: plan(0),
    newPlan: plan(1),
    newMinor: minor(10),
    farMinor: minor(5),
    farCountries: from(10),
    patch,
  };
}

export const kinds = ["a", "b", "c"] as const;
export type Kind = (typeof kinds)[number];

const shared = {
  offVariation: "off",
  variations: [
    { key: "on", value: true },
    { key: "off", value: false },
  ],
  type: "boolean",
};

/** a: no rules. */
const plain = (key: string): Flag => Flag.parse({ ...shared, key, fallthrough: { variation: "on" } });

/** b: three rules of two conditions, then a 50/50 split. */
function targeted(key: string, number: number): Flag {
  const asks = asksOf(number);
  return Flag.parse({
    ...shared,
    key,
    rules: [
      {
        id: "near",
        when: {
          all: [
            { attribute: "country", op: "in", value: asks.nearCountries },
            { attribute: "plan", op: "eq", value: asks.nearPlan },
          ],
        },
        serve: { variation: "on" },
      },
      {
        id: "new",
        when: {
          all: [
            { attribute: "plan", op: "eq", value: asks.newPlan },
            { attribute: "appVersion", op: "semver_gte", value: `9.${asks.newMinor}.${asks.patch}` },
          ],
        },
        serve: { variation: "on" },
      },
      {
        id: "far",
        when: {
          all: [
            { attribute: "appVersion", op: "semver_gte", value: `9.${asks.farMinor}.${asks.patch}` },
            { attribute: "country", op: "in", value: asks.farCountries },
          ],
        },
        serve: { variation: "off" },
      },
    ],
    fallthrough: {
      split: [
        { variation: "on", weight: 5_000 },
        { variation: "off", weight: 5_000 },
      ],
    },
  });
}

/** c: an experiment with three variants, in a layer of which it owns half of the slots. */
const tried = (key: string): Flag =>
  Flag.parse({ ...shared, key, fallthrough: { experiment: key, otherwise: "off" } });

const experimentOf = (key: string): PublishedExperiment =>
  PublishedExperiment.parse({
    key,
    flag: key,
    variants: [
      { key: "control", variation: "off", weight: 3_400 },
      { key: "one", variation: "on", weight: 3_300 },
      { key: "two", variation: "on", weight: 3_300 },
    ],
    control: "control",
    layer: { key, slots: [{ from: 0, to: 5_000 }] },
    metrics: { primary: "orders" },
    status: "running",
    phase: 1,
  });

/** Two fifths a, two fifths b, one fifth c, mixed. */
export const kindOf = (index: number): Kind => (["a", "b", "a", "b", "c"] as const)[index % 5] ?? "a";
export const keyOf = (index: number): string => `${kindOf(index)}-${index}`;

/** Flags of kind c beyond the wanted experiments are made as those of kind b, under their own keys. */
export function contentOf(flagCount: number, experimentCount = flagCount): PlanContent {
  const experiments: PublishedExperiment[] = [];
  const flags = Array.from({ length: flagCount }, (_, index) => {
    const [key, kind] = [keyOf(index), kindOf(index)];
    if (kind === "a") return plain(key);
    if (kind === "b") return targeted(key, index);
    if (experiments.length >= experimentCount) return targeted(key, index);
    experiments.push(experimentOf(key));
    return tried(key);
  });
  return {
    environment: EnvironmentKey.parse("bench"),
    salt,
    unitSalt,
    partitions: 8,
    flags,
    segments: [],
    experiments,
    metrics: [Metric.parse({ key: "orders", definition: { type: "count", event: "order" } })],
    layers: experiments.map(({ key }) => PublishedLayer.parse({ key })),
    holdouts: [],
    overrides: [],
  };
}

export const planOf = (flagCount: number): Plan => compiledOf(contentOf(flagCount));

export function compiledOf(content: PlanContent, version = 1): Plan {
  const compilation = compile(content, version, EpochMs.parse(0));
  if (!compilation.ok) throw new Error(JSON.stringify(compilation.problems));
  return compilation.plan;
}
