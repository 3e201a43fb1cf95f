import type { Behaviour } from "./actor.ts";
import type { Address } from "./address.ts";
import type { Connection } from "./connection.ts";
import type { FoldBehaviour } from "./fold.ts";
import type { Log } from "./log.ts";
import type { ServiceBehaviour } from "./service.ts";
import type { Telemetry } from "./telemetry.ts";

/* eslint-disable typescript/no-explicit-any */
type AnyBehaviour = Behaviour<any, any, any, any, any>;
type AnyFold = FoldBehaviour<any, any>;
type AnyService = ServiceBehaviour<any>;

export interface HostOptions {
  readonly connection: Connection;
  readonly name: string;
  readonly actors: readonly AnyBehaviour[];
  readonly folds?: readonly AnyFold[];
  readonly services?: readonly AnyService[];
  readonly standing?: () => readonly Address[];
  readonly leaseTtlMs?: number;
  readonly shardCount?: number;
  readonly log?: Log;
  readonly telemetry?: Telemetry;
}
export interface Host {
  refreshStanding(): void;
  readonly ownedShards: readonly number[];
  drain(msMax: number): Promise<void>;
}
export function openHost(_options: HostOptions): Promise<Host> {
  return Promise.reject(new Error("starting"));
}
