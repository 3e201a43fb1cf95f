import type { Address } from "../messaging/address.ts";
import type { Cluster } from "./cluster.ts";
import type { Chance } from "./world/chance.ts";
import type { Process } from "./world/process.ts";
import { storePlace } from "./world/store.ts";
import { pair } from "./world/weather.ts";
import type { Weather } from "./world/weather.ts";
import type { Release } from "./workload/release.ts";
import type { World } from "./world/world.ts";

// What goes wrong in a schedule, drawn from its seed. Each schedule has some kinds of trouble only, so that rare
// combinations are not drowned by the common ones.

export interface Troubled {
  readonly world: World;
  readonly cluster: Cluster;
  readonly clients: readonly Process[];
  readonly leaseTtlMs: number;
  readonly addresses: readonly Address[];
  /** As an operator does: puts an actor to sleep in the middle of its work. */
  readonly evict: (address: Address) => void;
  readonly release: Release;
  readonly purge: (chance: Chance) => void;
}

interface Trouble {
  readonly lastsMsMax: number;
  /** Share of the schedules that have it; a common one where it is not said. */
  readonly share?: number;
  /** Begins it; what it returns ends it. */
  begin(troubled: Troubled, chance: Chance, lastsMs: number): () => void;
}

const shareDefault = 0.35;
/** What changes owners is what everything else is measured by. */
const ownersShare = 0.6;
const timesMax = 4;

/** Upgrades that somebody takes back, for a while. */
const revertShare = 0.5;
const lateUpgradeMs = 100;

const nothing = (): void => {};

/** Turns one condition on for a while; of two that overlap the first end counts, and that is trouble enough. */
const condition =
  <Name extends keyof Weather>(name: Name, draw: (chance: Chance) => Weather[Name], calm: Weather[Name]) =>
  ({ world }: Troubled, chance: Chance): (() => void) => {
    const { weather } = world;
    weather[name] = draw(chance);
    world.trace("weather", `${name} ${JSON.stringify(weather[name])}`);
    return () => {
      weather[name] = calm;
      world.trace("weather", `${name} calm`);
    };
  };

/** Two sides that do not reach each other. */
type Sides = readonly [readonly string[], readonly string[]];

function drawCut({ cluster, clients }: Troubled, chance: Chance): Sides {
  const callers = clients.map(({ name }) => name);
  const [host, caller] = [chance.pick(cluster.names), chance.pick(callers)];
  const others = (side: readonly string[]): string[] =>
    [storePlace, ...cluster.names, ...callers].filter((place) => !side.includes(place));
  switch (chance.pick(["store", "store", "isolation", "minority", "minority", "pair"] as const)) {
    case "store": // JetStream has no leader on that host's side, while core messages still pass
      return [[host], [storePlace]];
    case "isolation":
      return [[host], others([host])];
    case "minority":
      return [[host, caller], others([host, caller])];
    case "pair":
      return [[host], [caller]];
  }
}

function cut({ world }: Troubled, [one, other]: Sides): () => void {
  const pairs = one.flatMap((a) => other.map((b) => pair(a, b)));
  const text = `${one.join(" ")} and ${other.join(" ")}`;
  for (const name of pairs) world.weather.cut.add(name);
  world.trace("weather", `${text} are cut`);
  return () => {
    for (const name of pairs) world.weather.cut.delete(name);
    world.trace("weather", `${text} are joined`);
  };
}

/** A pause must outlast the lease to matter, and one that does not must be harmless. */
const pauseInLeases = 2.5;

export const troubles: Readonly<Record<string, Trouble>> = {
  delay: { lastsMsMax: 4_000, begin: condition("delayMsMax", (chance) => chance.between(20, 1_200), 0) },
  loss: { lastsMsMax: 4_000, begin: condition("lossShare", (chance) => chance.between(0.02, 0.3), 0) },
  duplication: {
    lastsMsMax: 5_000,
    begin: condition("duplicateShare", (chance) => chance.between(0.05, 0.4), 0),
  },
  stale: { lastsMsMax: 5_000, begin: condition("staleShare", (chance) => chance.between(0.1, 0.6), 0) },
  slowDisk: { lastsMsMax: 3_000, begin: condition("diskMsMax", (chance) => chance.between(5, 150), 0) },
  outage: { lastsMsMax: 2_500, begin: condition("storeDown", () => true, false) },
  full: { lastsMsMax: 1_500, begin: condition("full", () => true, false) },
  refused: { lastsMsMax: 1_500, begin: condition("refused", () => true, false) },
  partition: {
    lastsMsMax: 8_000,
    share: ownersShare,
    begin: (troubled, chance) => cut(troubled, drawCut(troubled, chance)),
  },
  crash: {
    lastsMsMax: 0,
    share: ownersShare,
    begin: ({ world, cluster, leaseTtlMs }, chance) => {
      const name = chance.pick(cluster.names);
      if (cluster.processOf(name) !== undefined) world.count("crash");
      cluster.crash(name, chance.between(5, 2 * leaseTtlMs));
      return nothing;
    },
  },
  pause: {
    lastsMsMax: 0, // drawn from the lease
    share: ownersShare,
    begin: ({ world, cluster, leaseTtlMs }, chance) => {
      const process = cluster.processOf(chance.pick(cluster.names));
      if (process === undefined || process.paused) return nothing;
      const ms = chance.between(0.1, pauseInLeases) * leaseTtlMs;
      world.count("pause");
      world.trace(process.name, `is stopped for ${ms.toFixed(0)} ms`);
      process.pause();
      world.scheduler.after(ms, () => {
        world.trace(process.name, "goes on");
        process.resume();
      });
      return nothing;
    },
  },
  drain: {
    lastsMsMax: 0,
    share: ownersShare,
    begin: ({ world, cluster }, chance) => {
      if (cluster.drain(chance.pick(cluster.names), chance.between(5, 3_000))) world.count("drain");
      return nothing;
    },
  },
  evict: {
    lastsMsMax: 0,
    share: ownersShare,
    begin: ({ world, addresses, evict }, chance) => {
      world.count("evict");
      evict(chance.pick(addresses));
      return nothing;
    },
  },
  purge: {
    lastsMsMax: 0,
    share: ownersShare, // most come too early, when there is nothing yet that all folds have kept
    begin: ({ purge }, chance) => {
      purge(chance);
      return nothing;
    },
  },
  upgrade: {
    lastsMsMax: 0,
    begin: ({ world, cluster, release }, chance) => {
      const name = chance.pick(cluster.names);
      if (!release.has(name)) release.upgrade(name);
      else if (chance.happens(revertShare)) release.revert(name);
      else return nothing;
      world.count("upgrade");
      cluster.replace(name, chance.between(5, 1_500));
      return nothing;
    },
  },
  clockJump: {
    lastsMsMax: 6_000,
    begin: ({ world, cluster }, chance) => {
      const process = cluster.processOf(chance.pick(cluster.names));
      if (process === undefined) return nothing;
      const ms = chance.whole(-5_000, 5_000);
      world.count("clock_jump");
      world.trace(process.name, `clock jumps by ${ms} ms`);
      process.skewBy(ms);
      return () => process.skewBy(-ms);
    },
  },
};

/** Draws the schedule's troubles and lets them begin and end by themselves within that time. */
export function scheduleTroubles(troubled: Troubled, untilMs: number): void {
  const { world } = troubled;
  const chance = world.chance("troubles");
  for (const trouble of Object.values(troubles)) {
    if (!chance.happens(trouble.share ?? shareDefault)) continue;
    const times = chance.whole(1, timesMax);
    for (let index = 0; index < times; index++) {
      const atMs = chance.between(200, untilMs);
      const lastsMs = Math.min(chance.between(0.05, 1) * trouble.lastsMsMax, untilMs - atMs);
      world.scheduler.at(atMs, () => {
        const end = trouble.begin(troubled, chance, lastsMs);
        world.scheduler.after(lastsMs, end);
      });
    }
  }
}

/** The world as it should be. What is on its way arrives late all the same. */
export function heal({ world, cluster, clients, release }: Troubled): void {
  world.trace("weather", "heals");
  world.weather.cut.clear();
  for (const name of cluster.names) {
    const process = cluster.processOf(name);
    process?.correctClock();
    process?.resume();
    cluster.start(name);
    if (!release.begun || release.has(name)) continue;
    release.upgrade(name); // what is begun is ended: an older host would refuse what the newer wrote for ever
    cluster.replace(name, lateUpgradeMs);
  }
  for (const client of clients) client.resume();
}
