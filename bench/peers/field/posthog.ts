import { groupShare, variantShares, type ConditionSpec, type FlagSpec } from "../cases.ts";
import type { Open, Said } from "../contestant.ts";

interface Sdk {
  readonly PostHog: new (key: string, options: object) => Client;
}

interface Client {
  waitForLocalEvaluationReady(timeoutMs?: number): Promise<boolean>;
  getFeatureFlagResult(
    key: string,
    distinctId: string,
    options: object,
  ): Promise<{ readonly enabled: boolean; readonly variant?: string } | undefined>;
}

export const openPostHog: Open = async (flags, people, load) => {
  const { PostHog } = load("posthog-node") as Sdk;
  const definitions = { flags: flags.map(flagOf), group_type_mapping: {}, cohorts: {} };
  const client = new PostHog("phc_bench", {
    personalApiKey: "phx_bench",
    host: "http://127.0.0.1:9", // never asked: the definitions come from `fetch`
    fetch: () => Promise.resolve(new Response(JSON.stringify(definitions), { status: 200 })),
    featureFlagsPollingInterval: 2 ** 31 - 1,
    sendFeatureFlagEvent: false,
    disableGeoip: true,
  });
  if (!(await client.waitForLocalEvaluationReady(10_000))) throw new Error("the definitions did not arrive");
  const options = people.map(({ attributes }) => ({
    personProperties: attributes,
    onlyEvaluateLocally: true,
    sendFeatureFlagEvents: false,
  }));
  return {
    kind: "later",
    of: ({ key, kind }) => {
      const ask = (person: number) =>
        client.getFeatureFlagResult(
          key,
          (people[person] as (typeof people)[number]).key,
          options[person] as object,
        );
      if (kind === "a") return async (person) => (await ask(person))?.enabled;
      if (kind === "b") return async (person) => (await ask(person))?.variant as Said;
      return async (person) => {
        const variant = (await ask(person))?.variant;
        return (variant === heldOut ? "none" : variant) as Said;
      };
    },
  };
};

const heldOut = "holdout-1";

function flagOf({ key, kind, rules }: FlagSpec, index: number): unknown {
  const all = { properties: [], rollout_percentage: 100 };
  const filters = {
    a: () => ({ groups: [all] }),
    // A condition cannot say "off", but it can choose a variant of that name.
    b: () => ({
      groups: [
        ...rules.map(({ when, serve }) => ({
          properties: when.map(propertyOf),
          rollout_percentage: 100,
          variant: serve,
        })),
        all,
      ],
      multivariate: variantsOf(["on", "off"].map((name) => ({ key: name, share: 50 }))),
    }),
    c: () => ({
      groups: [all],
      multivariate: variantsOf(variantShares),
      holdout: { id: 1, exclusion_percentage: 100 - groupShare },
    }),
  };
  return { id: index + 1, key, name: key, active: true, filters: filters[kind]() };
}

const variantsOf = (parts: readonly { readonly key: string; readonly share: number }[]): unknown => ({
  variants: parts.map((part) => ({ key: part.key, rollout_percentage: part.share })),
});

function propertyOf(condition: ConditionSpec): unknown {
  switch (condition.kind) {
    case "country":
      return { key: "country", type: "person", operator: "exact", value: condition.oneOf };
    case "plan":
      return { key: "plan", type: "person", operator: "exact", value: [condition.is] };
    case "version":
      return { key: "appVersion", type: "person", operator: "semver_gte", value: condition.atLeast };
  }
}
