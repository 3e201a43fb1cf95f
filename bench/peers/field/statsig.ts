import type { Person } from "../cases.ts";
import type { Open, Said } from "../contestant.ts";
import { specOf } from "./statsig-specs.ts";

interface Sdk {
  initialize(key: string, options: object): Promise<unknown>;
  checkGateSync(user: unknown, name: string, options: object): boolean;
  getExperimentSync(
    user: unknown,
    name: string,
    options: object,
  ): { get(parameter: string, otherwise: string): string };
}

const silently = { disableExposureLogging: true };

export const openStatsig: Open = async (flags, people, load) => {
  const sdk = (load("statsig-node") as { default: Sdk }).default;
  const specs = flags.map(specOf);
  await sdk.initialize("secret-bench", {
    localMode: true,
    disableDiagnostics: true,
    initStrategyForIP3Country: "none",
    bootstrapValues: JSON.stringify({
      has_updates: true,
      time: 1,
      feature_gates: specs.filter(({ type }) => type === "feature_gate"),
      dynamic_configs: specs.filter(({ type }) => type === "dynamic_config"),
      layer_configs: [],
      layers: {},
    }),
  });
  const users = people.map(statsigUser);
  return {
    kind: "at once",
    of: ({ key, kind }) =>
      kind === "c"
        ? (person) => sdk.getExperimentSync(users[person], key, silently).get("variant", "") as Said
        : (person) => sdk.checkGateSync(users[person], key, silently),
  };
};

/** Country and version are fields of its own; the others are custom. */
export const statsigUser = ({ key, attributes: { country, appVersion, ...custom } }: Person) => ({
  userID: key,
  country,
  appVersion,
  custom,
});
