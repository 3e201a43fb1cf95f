import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { groupShare, variantShares, type ConditionSpec, type FlagSpec } from "../cases.ts";
import type { Open, Said } from "../contestant.ts";

interface Sdk {
  readonly Flagsmith: new (options: object) => Client;
  readonly LocalFileHandler: new (path: string) => object;
}

interface Client {
  getIdentityFlags(
    key: string,
    traits: unknown,
  ): Promise<{ isFeatureEnabled(name: string): boolean; getFeatureValue(name: string): unknown }>;
}

/** It decides all flags of an identity at once and has no call for one: that is what an application pays. */
export const openFlagsmith: Open = (flags, people, load) => {
  const { Flagsmith, LocalFileHandler } = load("flagsmith-nodejs") as Sdk;
  const offlineHandler = fromFile(documentOf(flags), (path) => new LocalFileHandler(path));
  const client = new Flagsmith({ offlineMode: true, offlineHandler });
  return {
    kind: "later",
    of: ({ key, kind }) => {
      const identify = (person: number) => {
        const { key: id, attributes } = people[person] as (typeof people)[number];
        return client.getIdentityFlags(id, attributes);
      };
      if (kind === "a") return async (person) => (await identify(person)).isFeatureEnabled(key);
      return async (person) => (await identify(person)).getFeatureValue(key) as Said;
    },
  };
};

/** Its own reader of environments takes the path of a file. */
function fromFile<Result>(json: unknown, read: (path: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), "weir-bench-peers-"));
  try {
    const path = join(folder, "environment.json");
    writeFileSync(path, JSON.stringify(json));
    return read(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Part {
  readonly key: string;
  readonly share: number;
}

const halves: readonly Part[] = ["on", "off"].map((key) => ({ key, share: 50 }));

const documentOf = (flags: readonly FlagSpec[]): unknown => ({
  id: 1,
  api_key: "bench",
  name: "bench",
  project: {
    id: 1,
    name: "bench",
    hide_disabled_flags: false,
    organisation: {
      id: 1,
      name: "bench",
      feature_analytics: false,
      persist_trait_data: true,
      stop_serving_flags: false,
    },
    segments: flags.flatMap(segmentsOf),
  },
  feature_states: flags.map((flag, index) => {
    if (flag.kind === "b") return stateOf(flag, index, "off", halves);
    return stateOf(flag, index, flag.kind === "a" ? "on" : "none", []);
  }),
});

/** Numbers that no other thing of the document has: they go into its hashes. */
const idOf = (index: number, part = 0): number => (index + 1) * 10 + part;
const uuidOf = (id: number): string => `00000000-0000-4000-8000-${String(id).padStart(12, "0")}`;

function stateOf({ key }: FlagSpec, index: number, value: string, parts: readonly Part[], priority?: number) {
  const id = idOf(index, priority === undefined ? 0 : priority + 1);
  return {
    feature: { id: idOf(index), name: key, type: parts.length > 0 ? "MULTIVARIATE" : "STANDARD" },
    enabled: true,
    django_id: id,
    featurestate_uuid: uuidOf(id),
    feature_state_value: value,
    feature_segment: priority === undefined ? null : { priority },
    multivariate_feature_state_values: parts.map((part, place) => ({
      id: id * 10 + place,
      mv_fs_value_uuid: uuidOf(id * 10 + place),
      percentage_allocation: part.share,
      multivariate_feature_option: { id: id * 10 + place, value: part.key },
    })),
  };
}

function segmentsOf(flag: FlagSpec, index: number): unknown[] {
  const segmentOf = (part: number, conditions: readonly unknown[], state: unknown): unknown => ({
    id: idOf(index, part),
    name: `${flag.key}-${part}`,
    rules: [{ type: "ALL", conditions, rules: [] }],
    feature_states: [state],
  });
  if (flag.kind === "c") {
    const inGroup = { operator: "PERCENTAGE_SPLIT", property_: "", value: String(groupShare) };
    return [segmentOf(0, [inGroup], stateOf(flag, index, "none", variantShares, 0))];
  }
  return flag.rules.map(({ when, serve }, place) =>
    segmentOf(place, when.map(conditionOf), stateOf(flag, index, serve, [], place)),
  );
}

function conditionOf(condition: ConditionSpec): unknown {
  switch (condition.kind) {
    case "country":
      return { operator: "IN", property_: "country", value: condition.oneOf.join(",") };
    case "plan":
      return { operator: "EQUAL", property_: "plan", value: condition.is };
    case "version":
      return {
        operator: "GREATER_THAN_INCLUSIVE",
        property_: "appVersion",
        value: `${condition.atLeast}:semver`,
      };
  }
}
