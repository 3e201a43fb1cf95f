import { compile } from "../../../evaluation/compile.ts";
import { evaluate } from "../../../evaluation/evaluate.ts";
import { program } from "../../../evaluation/program.ts";
import { unitIdOf } from "../../../evaluation/unit.ts";
import { PublishedExperiment } from "../../../protocols/experiment.ts";
import { Flag } from "../../../protocols/flag.ts";
import { EnvironmentKey } from "../../../protocols/ids.ts";
import { PublishedLayer } from "../../../protocols/layer.ts";
import { Metric } from "../../../protocols/metric.ts";
import type { Plan } from "../../../protocols/plan.ts";
import { EpochMs } from "../../../protocols/time.ts";
import { unitSalt } from "../../evaluation/users.ts";
import {
  answers,
  groupShare,
  variantShares,
  type Answer,
  type ConditionSpec,
  type FlagSpec,
} from "../cases.ts";
import type { Open } from "../contestant.ts";

export const salt = "bench-salt";
const bucketsPerHundredth = 100;

/** As the gateway and the SDKs call it: the context is at hand, and its unit id with it. */
export const openWeir: Open = (flags, people) => {
  const built = program(planOf(flags));
  return {
    kind: "at once",
    of: ({ key }) => {
      return (person) => evaluate(built, key, people[person] as (typeof people)[number]).variation as Answer;
    },
  };
};

/** For a context seen for the first time: its unit id is made of the raw key, at every decision. */
export const openWeirRaw: Open = (flags, people) => {
  const built = program(planOf(flags));
  return {
    kind: "at once",
    of: ({ key }) => {
      return (person) => {
        const { key: rawKey, attributes, now } = people[person] as (typeof people)[number];
        const unitId = unitIdOf(unitSalt, "user", rawKey);
        return evaluate(built, key, { unitId, attributes, now }).variation as Answer;
      };
    },
  };
};

export function planOf(flags: readonly FlagSpec[]): Plan {
  const experiments = flags.filter(({ kind }) => kind === "c").map(({ key }) => key);
  const content = {
    environment: EnvironmentKey.parse("bench"),
    salt,
    unitSalt,
    partitions: 8,
    flags: flags.map(flagOf),
    segments: [],
    experiments: experiments.map(experimentOf),
    metrics: [Metric.parse({ key: "orders", definition: { type: "count", event: "order" } })],
    layers: experiments.map((key) => PublishedLayer.parse({ key: groupOf(key) })),
    holdouts: [],
    overrides: [],
  };
  const compilation = compile(content, 1, EpochMs.parse(0));
  if (!compilation.ok) throw new Error(JSON.stringify(compilation.problems));
  return compilation.plan;
}

export const groupOf = (key: string): string => `${key}-group`;

function flagOf({ key, kind, rules }: FlagSpec): Flag {
  const fallthrough = {
    a: { variation: "on" },
    b: {
      split: [
        { variation: "on", weight: 5_000 },
        { variation: "off", weight: 5_000 },
      ],
    },
    c: { experiment: key, otherwise: "none" },
  };
  const isTried = kind === "c";
  return Flag.parse({
    key,
    type: isTried ? "string" : "boolean",
    variations: isTried
      ? answers.c.map((variation) => ({ key: variation, value: variation }))
      : answers.b.map((variation) => ({ key: variation, value: variation === "on" })),
    offVariation: isTried ? "none" : "off",
    rules: rules.map(({ id, when, serve }) => ({
      id,
      when: { all: when.map(conditionOf) },
      serve: { variation: serve },
    })),
    fallthrough: fallthrough[kind],
  });
}

function conditionOf(condition: ConditionSpec): unknown {
  switch (condition.kind) {
    case "country":
      return { attribute: "country", op: "in", value: condition.oneOf };
    case "plan":
      return { attribute: "plan", op: "eq", value: condition.is };
    case "version":
      return { attribute: "appVersion", op: "semver_gte", value: condition.atLeast };
  }
}

const experimentOf = (key: string): PublishedExperiment =>
  PublishedExperiment.parse({
    key,
    flag: key,
    variants: variantShares.map((variant) => ({
      key: variant.key,
      variation: variant.key,
      weight: variant.share * bucketsPerHundredth,
    })),
    control: "control",
    layer: { key: groupOf(key), slots: [{ from: 0, to: groupShare * bucketsPerHundredth }] },
    metrics: { primary: "orders" },
    status: "running",
    phase: 1,
  });
