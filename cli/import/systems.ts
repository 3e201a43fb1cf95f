import { importFlagd } from "./flagd.ts";
import { importFlagsmith } from "./flagsmith.ts";
import { importGrowthbook } from "./growthbook.ts";
import type { Importer } from "./imported.ts";
import { importLaunchdarkly } from "./launchdarkly.ts";
import type { SystemName } from "./system-names.ts";
import { importUnleash } from "./unleash.ts";

export interface System {
  readonly title: string;
  /** What file is meant. */
  readonly file: string;
  readonly importer: Importer;
}

export const systems: Readonly<Record<SystemName, System>> = {
  growthbook: {
    title: "GrowthBook",
    file: "the SDK endpoint's answer: {features, savedGroups}",
    importer: importGrowthbook,
  },
  unleash: {
    title: "Unleash",
    file: "the client API's answer: {version, features, segments}",
    importer: importUnleash,
  },
  launchdarkly: {
    title: "LaunchDarkly",
    file: "a server SDK's data: {flags, segments}",
    importer: importLaunchdarkly,
  },
  flagd: { title: "flagd", file: "flag definitions: {flags, $evaluators}", importer: importFlagd },
  flagsmith: {
    title: "Flagsmith",
    file: "an environment document: {api_key, feature_states, project}",
    importer: importFlagsmith,
  },
};
