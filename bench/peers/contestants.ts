import type { Open } from "./contestant.ts";
import { labelOf, type PeerName } from "./packages.ts";

/** Loaded in a contestant's own process only, and nobody else's with it. */
interface Contestant {
  readonly label: string;
  readonly open: () => Promise<Open>;
  /** Absent for our own. */
  readonly peer?: PeerName;
}

const peer = (name: PeerName, open: () => Promise<Open>): Contestant => ({
  label: labelOf(name),
  open,
  peer: name,
});

export const contestants = {
  bare: { label: "bare recipe, SHA-256", open: async () => (await import("./field/bare.ts")).openBare },
  bareMurmur: {
    label: "bare recipe, murmur3",
    open: async () => (await import("./field/bare.ts")).openBareMurmur,
  },
  weir: { label: "Weir", open: async () => (await import("./field/weir.ts")).openWeir },
  weirRaw: {
    label: "Weir, unit id made each time",
    open: async () => (await import("./field/weir.ts")).openWeirRaw,
  },
  flagd: peer("flagd", async () => (await import("./field/flagd.ts")).openFlagd),
  unleash: peer("unleash", async () => (await import("./field/unleash.ts")).openUnleash),
  growthbook: peer("growthbook", async () => (await import("./field/growthbook.ts")).openGrowthBook),
  launchdarkly: peer("launchdarkly", async () => (await import("./field/launchdarkly.ts")).openLaunchDarkly),
  eppo: peer("eppo", async () => (await import("./field/eppo.ts")).openEppo),
  statsig: peer("statsig", async () => (await import("./field/statsig.ts")).openStatsig),
  statsigCore: peer("statsigCore", async () => (await import("./field/statsig-core.ts")).openStatsigCore),
  flagsmith: peer("flagsmith", async () => (await import("./field/flagsmith.ts")).openFlagsmith),
  posthog: peer("posthog", async () => (await import("./field/posthog.ts")).openPostHog),
} as const satisfies Readonly<Record<string, Contestant>>;
export type ContestantName = keyof typeof contestants;
