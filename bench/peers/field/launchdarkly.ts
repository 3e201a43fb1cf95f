import { answers, groupShare, variantShares, type ConditionSpec, type FlagSpec } from "../cases.ts";
import type { Open, Said } from "../contestant.ts";

interface Sdk {
  readonly init: (this: void, key: string, options: object) => Client;
}

interface Client {
  waitForInitialization(options: { timeout: number }): Promise<unknown>;
  variation(key: string, context: unknown, otherwise: unknown): Promise<unknown>;
}

interface Integrations {
  readonly TestData: new () => TestData;
}

interface TestData {
  getFactory(): unknown;
  usePreconfiguredFlag(flag: unknown): unknown;
  usePreconfiguredSegment(segment: unknown): unknown;
}

export const openLaunchDarkly: Open = async (flags, people, load) => {
  const { init } = load("@launchdarkly/node-server-sdk") as Sdk;
  const { TestData } = load("@launchdarkly/node-server-sdk/integrations") as Integrations;
  const data = new TestData();
  for (const flag of flags) {
    if (flag.kind === "c") data.usePreconfiguredSegment(groupOf(flag));
    data.usePreconfiguredFlag(flagOf(flag));
  }
  const silent = { error() {}, warn() {}, info() {}, debug() {} };
  const options = { updateProcessor: data.getFactory(), sendEvents: false, diagnosticOptOut: true };
  const client = init("bench", { ...options, logger: silent });
  await client.waitForInitialization({ timeout: 10 });
  const contexts = people.map(({ key, attributes }) => ({ kind: "user", key, ...attributes }));
  return {
    kind: "later",
    of: ({ key, kind }) => {
      const otherwise = kind === "c" ? "" : false;
      return (person) => client.variation(key, contexts[person], otherwise) as Promise<Said>;
    },
  };
};

const thousandthsPerHundredth = 1_000; // its weights are out of 100 000

/** The exclusion group is a segment that holds its share of users. */
const groupOf = ({ key }: FlagSpec): unknown => ({
  key: `${key}-group`,
  version: 1,
  included: [],
  excluded: [],
  salt: `${key}-group`,
  rules: [{ id: "share", clauses: [], weight: groupShare * thousandthsPerHundredth }],
});

function flagOf({ key, kind, rules }: FlagSpec): unknown {
  const variations: readonly unknown[] = kind === "c" ? answers.c : [true, false];
  const shared = { key, version: 1, on: true, salt: key, variations, offVariation: variations.length - 1 };
  if (kind === "a") return { ...shared, fallthrough: { variation: 0 }, rules: [] };
  if (kind === "c") {
    const dealt = variantShares.map(({ share }, variation) => ({
      variation,
      weight: share * thousandthsPerHundredth,
    }));
    const inGroup = { attribute: "", op: "segmentMatch", values: [`${key}-group`] };
    return {
      ...shared,
      fallthrough: { variation: variations.indexOf("none") },
      rules: [{ id: "tried", clauses: [inGroup], rollout: { variations: dealt } }],
    };
  }
  const half = 50 * thousandthsPerHundredth;
  return {
    ...shared,
    fallthrough: { rollout: { variations: [0, 1].map((variation) => ({ variation, weight: half })) } },
    rules: rules.map(({ id, when, serve }) => ({
      id,
      clauses: when.map(clauseOf),
      variation: serve === "on" ? 0 : 1,
    })),
  };
}

function clauseOf(condition: ConditionSpec): unknown {
  switch (condition.kind) {
    case "country":
      return { attribute: "country", op: "in", values: condition.oneOf };
    case "plan":
      return { attribute: "plan", op: "in", values: [condition.is] };
    case "version": // it has no operator for "at least"
      return { attribute: "appVersion", op: "semVerLessThan", values: [condition.atLeast], negate: true };
  }
}
