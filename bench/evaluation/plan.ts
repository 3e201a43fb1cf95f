import { compile } from "../../evaluation/compile.ts";
import { PublishedExperiment } from "../../protocols/experiment.ts";
import { Flag } from "../../protocols/flag.ts";
import { EnvironmentKey } from "../../protocols/ids.ts";
import { Metric } from "../../protocols/metric.ts";
import type { Plan } from "../../protocols/plan.ts";
import { EpochMs } from "../../protocols/time.ts";
import { countries, unitSalt } from "./users.ts";

export const salt = "bench-salt";
export const nearCountries = countries.slice(0, 5);
export const farCountries = countries.slice(10, 15);
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
const targeted = (key: string): Flag =>
  Flag.parse({
    ...shared,
    key,
    rules: [
      {
        id: "near",
        when: {
          all: [
            { attribute: "country", op: "in", value: nearCountries },
            { attribute: "plan", op: "eq", value: "enterprise" },
          ],
        },
        serve: { variation: "on" },
      },
      {
        id: "new",
        when: {
          all: [
            { attribute: "plan", op: "eq", value: "pro" },
            { attribute: "appVersion", op: "semver_gte", value: "9.10.0" },
          ],
        },
        serve: { variation: "on" },
      },
      {
        id: "far",
        when: {
          all: [
            { attribute: "appVersion", op: "semver_gte", value: "9.5.0" },
            { attribute: "country", op: "in", value: farCountries },
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

/** c: an experiment with three variants that takes half of the units. */
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
    allocation: 5_000,
    metrics: { primary: "orders" },
    status: "running",
    phase: 1,
  });

/** Two fifths a, two fifths b, one fifth c, mixed. */
export const kindOf = (index: number): Kind => (["a", "b", "a", "b", "c"] as const)[index % 5] ?? "a";
export const keyOf = (index: number): string => `${kindOf(index)}-${index}`;

export function planOf(flagCount: number): Plan {
  const make = { a: plain, b: targeted, c: tried };
  const flags = Array.from({ length: flagCount }, (_, index) => make[kindOf(index)](keyOf(index)));
  const experiments = flags.filter(({ key }) => key.startsWith("c")).map(({ key }) => experimentOf(key));
  const metrics = [Metric.parse({ key: "orders", definition: { type: "count", event: "order" } })];
  const content = {
    environment: EnvironmentKey.parse("bench"),
    salt,
    unitSalt,
    partitions: 8,
    flags,
    segments: [],
    experiments,
    metrics,
  };
  const compilation = compile(content, 1, EpochMs.parse(0));
  if (!compilation.ok) throw new Error(JSON.stringify(compilation.problems));
  return compilation.plan;
}
