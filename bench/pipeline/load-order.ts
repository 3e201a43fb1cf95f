import type { Scene } from "./traffic.ts";

/** What the process that sends events is asked for. */
export interface LoadOrder {
  /** Of the gateways, that are asked alike. */
  readonly ports: readonly number[];
  readonly token: string;
  readonly scene: Scene;
  /** Part of all ids, so that no two loads share one. */
  readonly run: string;
  /** Every exposure there is, once, as fast as answers come; or a mixture for a time. */
  readonly kind: "exposures" | "mixture";
  readonly connections: number;
  /** Of a mixture. */
  readonly ms?: number;
  /** Absent: as fast as answers come. */
  readonly eventsPerSecond?: number;
}

export interface LoadOutcome {
  readonly requests: number;
  /** From the first request to the last answer. */
  readonly ms: number;
  readonly offered: number;
  /** As the answers say. */
  readonly acknowledged: number;
  /** Of the requests that were taken as a whole. */
  readonly exposures: number;
  readonly metrics: number;
  readonly counted: number;
  /** Requests by answer other than 202; 0 stands for a connection that ended. */
  readonly refused: Readonly<Record<string, number>>;
  /** Of what was taken. From when a request was due, not from when a socket was free for it. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}
