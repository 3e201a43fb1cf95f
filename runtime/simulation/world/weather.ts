/** What the world did to a schedule, counted where it happened. */
export const faultKinds = [
  "delay",
  "lost_request",
  "lost_reply",
  "duplicate",
  "reordering",
  "partition",
  "outage",
  "stale_read",
  "slow_disk",
  "full",
  "refused",
  "crash",
  "pause",
  "drain",
  "evict",
  "clock_jump",
  "passivate",
  "purge",
  "purge_unread",
  "upgrade",
] as const;
export type FaultKind = (typeof faultKinds)[number];
export type FaultCounts = Record<FaultKind, number>;

export const noFaults = (): FaultCounts =>
  Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as FaultCounts;

/** The conditions of the moment. Faults turn them on and off; network and store obey. */
export interface Weather {
  lossShare: number;
  duplicateShare: number;
  /** Longest extra delay of a message. */
  delayMsMax: number;
  /** Longest that one write keeps the disk busy. */
  diskMsMax: number;
  /** Share of the reads that a lagging replica answers. */
  staleShare: number;
  storeDown: boolean;
  full: boolean;
  refused: boolean;
  /** Pairs of places that do not reach each other: `a|store`, in alphabetical order. */
  readonly cut: Set<string>;
}

export const fairWeather = (): Weather => ({
  lossShare: 0,
  duplicateShare: 0,
  delayMsMax: 0,
  diskMsMax: 0,
  staleShare: 0,
  storeDown: false,
  full: false,
  refused: false,
  cut: new Set(),
});

export const pair = (a: string, b: string): string => (a < b ? `${a}|${b}` : `${b}|${a}`);
