import { once, type EventEmitter } from "node:events";
import { groupShare, variantShares, type ConditionSpec, type FlagSpec } from "../cases.ts";
import type { Open, Said } from "../contestant.ts";

interface UnleashModule {
  readonly Unleash: new (config: object) => Unleash;
}

interface Unleash extends EventEmitter {
  start(): Promise<void>;
  isEnabled(name: string, context: unknown): boolean;
  getVariant(name: string, context: unknown): { readonly name: string };
}

export const openUnleash: Open = async (flags, people, load) => {
  const { Unleash } = load("unleash-client") as UnleashModule;
  const unleash = new Unleash({
    appName: "bench",
    url: "http://127.0.0.1:9/", // never asked: nothing is refreshed, nothing reported
    refreshInterval: 0,
    disableMetrics: true,
    disableAutoStart: true,
    skipInstanceCountWarning: true,
    bootstrap: { data: flags.map(featureOf) },
    storageProvider: { get: () => Promise.resolve(undefined), set: () => Promise.resolve() },
  });
  // It says so on a later turn of the loop, and answers nothing until then.
  await Promise.all([once(unleash, "ready"), unleash.start()]);
  const contexts = people.map(({ key, attributes }) => ({ userId: key, properties: attributes }));
  return {
    kind: "at once",
    of: ({ key, kind }) =>
      kind === "c"
        ? (person) => {
            const { name } = unleash.getVariant(key, contexts[person]);
            return (name === "disabled" ? "none" : name) as Said;
          }
        : (person) => unleash.isEnabled(key, contexts[person]),
  };
};

const featureOf = (flag: FlagSpec): unknown => ({
  name: flag.key,
  type: "release",
  enabled: true,
  strategies: strategiesOf(flag),
  variants: [],
});

interface Constraint {
  readonly contextName: string;
  readonly operator: string;
  readonly inverted: boolean;
  readonly values?: readonly string[];
  readonly value?: string;
}

/** Any strategy that holds enables: a rule that serves `off` becomes what the strategies of the split ask for besides. */
function strategiesOf({ key, kind, rules }: FlagSpec): unknown[] {
  if (kind === "a") return [{ name: "default", parameters: {} }];
  if (kind === "c") {
    const variants = variantShares.map((variant) => ({
      name: variant.key,
      weight: variant.share * 10,
      stickiness: "userId",
    }));
    return [{ ...rollout(`${key}-group`, groupShare, []), variants }];
  }
  const on = rules.filter(({ serve }) => serve === "on");
  const off = rules.filter(({ serve }) => serve === "off");
  const excluding = off.reduce<Constraint[][]>(
    (lists, { when: [first, second] }) =>
      lists.flatMap((list) => [
        [...list, constraintOf(first, true)],
        [...list, constraintOf(first, false), constraintOf(second, true)],
      ]),
    [[]],
  );
  return [
    ...on.map(({ when }) => ({
      name: "default",
      parameters: {},
      constraints: when.map((condition) => constraintOf(condition, false)),
    })),
    ...excluding.map((constraints) => rollout(key, 50, constraints)),
  ];
}

const rollout = (groupId: string, share: number, constraints: readonly Constraint[]) => ({
  name: "flexibleRollout",
  parameters: { rollout: String(share), stickiness: "userId", groupId },
  constraints,
});

function constraintOf(condition: ConditionSpec, inverted: boolean): Constraint {
  switch (condition.kind) {
    case "country":
      return { contextName: "country", operator: "IN", values: condition.oneOf, inverted };
    case "plan":
      return { contextName: "plan", operator: "IN", values: [condition.is], inverted };
    case "version":
      return { contextName: "appVersion", operator: "SEMVER_GTE", value: condition.atLeast, inverted };
  }
}
