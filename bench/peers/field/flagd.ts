import { answers, groupShare, variantShares, type ConditionSpec, type FlagSpec } from "../cases.ts";
import type { Open, Said } from "../contestant.ts";

interface Flagd {
  readonly FlagdCore: new () => Core;
}

interface Core {
  setConfigurations(json: string): unknown;
  resolveBooleanEvaluation(key: string, otherwise: boolean, context: unknown): { readonly value: boolean };
  resolveStringEvaluation(key: string, otherwise: string, context: unknown): { readonly value: string };
}

export const openFlagd: Open = (flags, people, load) => {
  const core = new (load("@openfeature/flagd-core") as Flagd).FlagdCore();
  core.setConfigurations(
    JSON.stringify({ flags: Object.fromEntries(flags.map((flag) => [flag.key, configurationOf(flag)])) }),
  );
  const contexts = people.map(({ key, attributes }) => ({ targetingKey: key, ...attributes }));
  return {
    kind: "at once",
    of: ({ key, kind }) =>
      kind === "c"
        ? (person) => core.resolveStringEvaluation(key, "", contexts[person]).value as Said
        : (person) => core.resolveBooleanEvaluation(key, false, contexts[person]).value,
  };
};

function configurationOf({ key, kind, rules }: FlagSpec): unknown {
  const state = "ENABLED";
  if (kind === "c") {
    const variants = Object.fromEntries(answers.c.map((name) => [name, name]));
    const group = fractional(`${key}-group`, [
      ["in", groupShare],
      ["out", 100 - groupShare],
    ]);
    const dealt = fractional(
      key,
      variantShares.map((variant) => [variant.key, variant.share]),
    );
    const targeting = { if: [{ "==": [group, "in"] }, dealt, "none"] };
    return { state, variants, defaultVariant: "none", targeting };
  }
  const plain = { state, variants: { on: true, off: false }, defaultVariant: "on" };
  if (kind === "a") return plain;
  const branches = rules.flatMap(({ when, serve }) => [{ and: when.map(conditionOf) }, serve]);
  const split = fractional(key, [
    ["on", 50],
    ["off", 50],
  ]);
  return { ...plain, targeting: { if: [...branches, split] } };
}

const fractional = (seed: string, parts: readonly (readonly [string, number])[]): unknown => ({
  fractional: [{ cat: [seed, { var: "targetingKey" }] }, ...parts],
});

function conditionOf(condition: ConditionSpec): unknown {
  switch (condition.kind) {
    case "country":
      return { in: [{ var: "country" }, condition.oneOf] };
    case "plan":
      return { "==": [{ var: "plan" }, condition.is] };
    case "version":
      return { sem_ver: [{ var: "appVersion" }, ">=", condition.atLeast] };
  }
}
