import { groupShare, variantShares, type ConditionSpec, type FlagSpec } from "../cases.ts";
import type { Open, Said } from "../contestant.ts";

interface GrowthBookModule {
  readonly GrowthBookClient: new (options?: object) => Client;
}

interface Client {
  initSync(options: { payload: { features: Readonly<Record<string, unknown>> } }): Client;
  getFeatureValue(key: string, otherwise: unknown, user: unknown): unknown;
}

export const openGrowthBook: Open = (flags, people, load) => {
  const { GrowthBookClient } = load("@growthbook/growthbook") as GrowthBookModule;
  const features = Object.fromEntries(flags.map((flag) => [flag.key, featureOf(flag)]));
  const client = new GrowthBookClient().initSync({ payload: { features } });
  const users = people.map(({ key, attributes }) => ({ attributes: { id: key, ...attributes } }));
  return {
    kind: "at once",
    of: ({ key }) => {
      return (person) => client.getFeatureValue(key, undefined, users[person]) as Said;
    },
  };
};

function featureOf({ key, kind, rules }: FlagSpec): unknown {
  const shared = { key, hashAttribute: "id", hashVersion: 2 };
  if (kind === "a") return { defaultValue: true };
  if (kind === "c") {
    const experiment = {
      ...shared,
      variations: variantShares.map((variant) => variant.key),
      weights: variantShares.map(({ share }) => share / 100),
      namespace: [`${key}-group`, 0, groupShare / 100],
    };
    return { defaultValue: "none", rules: [experiment] };
  }
  const forced = rules.map(({ id, when, serve }) => ({
    id,
    condition: Object.assign({}, ...when.map(conditionOf)) as unknown,
    force: serve === "on",
  }));
  return {
    defaultValue: false,
    rules: [...forced, { ...shared, variations: [true, false], weights: [0.5, 0.5] }],
  };
}

function conditionOf(condition: ConditionSpec): object {
  switch (condition.kind) {
    case "country":
      return { country: { $in: condition.oneOf } };
    case "plan":
      return { plan: condition.is };
    case "version":
      return { appVersion: { $vgte: condition.atLeast } };
  }
}
