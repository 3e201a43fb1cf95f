import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { projectRoot } from "../../cli/paths.ts";
import type { LoadPackage } from "./contestant.ts";

// Peers are no dependency of Weir: they lie in a folder of their own, and whoever wants the comparison installs them.

export const peersHome = join(projectRoot, ".data", "bench-peers");

/** Exact, so that two people compare with the same thing. */
export const peers = {
  flagd: { package: "@openfeature/flagd-core", version: "4.0.1" },
  unleash: { package: "unleash-client", version: "6.12.1" },
  growthbook: { package: "@growthbook/growthbook", version: "1.8.0" },
  launchdarkly: { package: "@launchdarkly/node-server-sdk", version: "9.13.7" },
  eppo: { package: "@eppo/node-server-sdk", version: "3.10.2" },
  statsig: { package: "statsig-node", version: "6.5.2" },
  statsigCore: { package: "@statsig/statsig-node-core", version: "0.23.2" },
  flagsmith: { package: "flagsmith-nodejs", version: "8.1.2" },
  posthog: { package: "posthog-node", version: "5.70.0" },
} as const;
export type PeerName = keyof typeof peers;
export const peerNames = Object.keys(peers) as PeerName[];

export const labelOf = (name: PeerName): string => `${peers[name].package} ${peers[name].version}`;

/** Absent, or there in another version: a comparison must say what it compares with. */
export function isInstalled(name: PeerName): boolean {
  const manifest = join(peersHome, "node_modules", peers[name].package, "package.json");
  if (!existsSync(manifest)) return false;
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version?: string };
  return version === peers[name].version;
}

/** Nothing that a package brings is run: all of them work without their install scripts. */
export async function install(): Promise<void> {
  mkdirSync(peersHome, { recursive: true });
  // Without a manifest of its own, npm would look for one further up and find Weir's.
  const manifest = join(peersHome, "package.json");
  if (!existsSync(manifest)) writeFileSync(manifest, `${JSON.stringify({ private: true })}\n`);
  const wanted = peerNames.map((name) => `${peers[name].package}@${peers[name].version}`);
  const flags = ["--ignore-scripts", "--save-exact", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = spawn("npm", ["install", "--prefix", peersHome, ...flags, ...wanted], {
    cwd: peersHome,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const [code] = (await once(npm, "close")) as [number | null];
  if (code !== 0) throw new Error(`npm could not install the peers (exit ${code ?? "by a signal"})`);
}

export const loadPackage: LoadPackage = (name) =>
  createRequire(join(peersHome, "package.json"))(name) as unknown;
