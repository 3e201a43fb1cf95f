import type { Open, Said } from "../contestant.ts";
import { serveOnce } from "./serve-once.ts";
import { specOf, type SpecCondition } from "./statsig-specs.ts";
import { statsigUser } from "./statsig.ts";

interface Sdk {
  readonly Statsig: new (key: string, options: object) => Client;
  readonly StatsigUser: new (user: object) => object;
}

interface Client {
  initialize(): Promise<{ readonly isSuccess: boolean; readonly error?: string }>;
  checkGate(user: object, name: string, options: object): boolean;
  getExperiment(
    user: object,
    name: string,
    options: object,
  ): { get(parameter: string, otherwise: string): string };
}

const silently = { disableExposureLogging: true };

export const openStatsigCore: Open = async (flags, people, load) => {
  const { Statsig, StatsigUser } = load("@statsig/statsig-node-core") as Sdk;
  const client = await serveOnce(specsOf(flags), async (baseUrl) => {
    const made = new Statsig("secret-bench", {
      specsUrl: `${baseUrl}/v2/download_config_specs`,
      specsSyncIntervalMs: 2 ** 31 - 1,
      disableAllLogging: true,
      disableCountryLookup: true,
      enableIdLists: false,
      outputLogLevel: "none",
    });
    const { isSuccess, error } = await made.initialize();
    if (!isSuccess) throw new Error(error ?? "the specifications were not taken");
    return made;
  });
  const users = people.map((person) => new StatsigUser(statsigUser(person)));
  return {
    kind: "at once",
    of: ({ key, kind }) =>
      kind === "c"
        ? (person) => client.getExperiment(users[person] as object, key, silently).get("variant", "") as Said
        : (person) => client.checkGate(users[person] as object, key, silently),
  };
};

/** In its second format conditions stand apart, and rules name them. */
function specsOf(flags: Parameters<Open>[0]): unknown {
  const conditions = new Map<string, SpecCondition>();
  const specs = flags.map(specOf).map((spec) => ({
    ...spec,
    rules: spec.rules.map((rule) => ({
      ...rule,
      conditions: rule.conditions.map((condition) => {
        const name = JSON.stringify(condition);
        conditions.set(name, condition);
        return name;
      }),
    })),
  }));
  const named = (type: string) =>
    Object.fromEntries(specs.filter((spec) => spec.type === type).map((spec) => [spec.name, spec]));
  return {
    has_updates: true,
    time: 1,
    feature_gates: named("feature_gate"),
    dynamic_configs: named("dynamic_config"),
    layer_configs: {},
    condition_map: Object.fromEntries(conditions),
    experiment_to_layer: {},
  };
}
