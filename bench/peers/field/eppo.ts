import { groupShare, variantShares, type ConditionSpec, type FlagSpec } from "../cases.ts";
import type { Open, Said } from "../contestant.ts";
import { serveOnce } from "./serve-once.ts";

interface Sdk {
  readonly init: (this: void, config: object) => Promise<Client>;
}

interface Client {
  getBooleanAssignment(flag: string, subject: string, attributes: unknown, otherwise: boolean): boolean;
  getStringAssignment(flag: string, subject: string, attributes: unknown, otherwise: string): string;
}

const totalShards = 10_000;
const shardsPerHundredth = totalShards / 100;

/** It reads its configuration from a server only: one of ours gives it once, and is gone before anything is measured. */
export const openEppo: Open = async (flags, people, load) => {
  const { init } = load("@eppo/node-server-sdk") as Sdk;
  const configuration = {
    createdAt: "2026-01-01T00:00:00.000Z",
    format: "SERVER",
    environment: { name: "bench" },
    flags: Object.fromEntries(flags.map((flag) => [flag.key, flagOf(flag)])),
  };
  const client = await serveOnce(configuration, (baseUrl) =>
    init({
      apiKey: "bench",
      baseUrl,
      assignmentLogger: { logAssignment() {} },
      pollAfterFailedInitialization: false,
      pollingIntervalMs: 2 ** 31 - 1,
      eventTracking: { enabled: false },
    }),
  );
  return {
    kind: "at once",
    of: ({ key, kind }) =>
      kind === "c"
        ? (person) => {
            const { key: subject, attributes } = people[person] as (typeof people)[number];
            return client.getStringAssignment(key, subject, attributes, "none") as Said;
          }
        : (person) => {
            const { key: subject, attributes } = people[person] as (typeof people)[number];
            return client.getBooleanAssignment(key, subject, attributes, false);
          },
  };
};

interface Range {
  readonly start: number;
  readonly end: number;
}

function flagOf({ key, kind, rules }: FlagSpec): unknown {
  const isTried = kind === "c";
  const names = isTried ? variantShares.map((variant) => variant.key) : ["on", "off"];
  return {
    key,
    enabled: true,
    variationType: isTried ? "STRING" : "BOOLEAN",
    variations: Object.fromEntries(
      names.map((name) => [name, { key: name, value: isTried ? name : name === "on" }]),
    ),
    totalShards,
    allocations: [
      ...rules.map(({ id, when, serve }) => ({
        key: id,
        rules: [{ conditions: when.map(conditionOf) }],
        splits: [{ variationKey: serve, shards: [] }],
        doLog: false,
      })),
      { key: "rest", rules: [], splits: splitsOf(key, kind), doLog: false },
    ],
  };
}

function splitsOf(key: string, kind: FlagSpec["kind"]): unknown[] {
  if (kind === "a") return [{ variationKey: "on", shards: [] }];
  const shares =
    kind === "c" ? variantShares : (["on", "off"] as const).map((on) => ({ key: on, share: 50 }));
  const group = { salt: `${key}-group`, ranges: [{ start: 0, end: groupShare * shardsPerHundredth }] };
  let start = 0;
  return shares.map((part) => {
    const range: Range = { start, end: start + part.share * shardsPerHundredth };
    start = range.end;
    const shards = [{ salt: key, ranges: [range] }];
    return { variationKey: part.key, shards: kind === "c" ? [group, ...shards] : shards };
  });
}

function conditionOf(condition: ConditionSpec): unknown {
  switch (condition.kind) {
    case "country":
      return { attribute: "country", operator: "ONE_OF", value: condition.oneOf };
    case "plan":
      return { attribute: "plan", operator: "ONE_OF", value: [condition.is] };
    case "version":
      return { attribute: "appVersion", operator: "GTE", value: condition.atLeast };
  }
}
