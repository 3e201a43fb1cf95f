import { fail } from "../protocols/errors.ts";
import type { Reply, RuntimeFailure } from "../protocols/errors.ts";
import type { Address } from "./address.ts";
import type { Connection } from "./connection.ts";

export interface AskOptions {
  readonly by: string;
  readonly timeoutMs: number;
  readonly id?: string;
}
export interface ActorClient {
  ask<Value, Failed>(address: Address, message: unknown, options: AskOptions): Promise<Reply<Value, Failed | RuntimeFailure>>;
}
export function openClient(_connection: Connection): ActorClient {
  return { ask: async () => fail({ code: "unavailable", reason: "starting", retryAfterMs: 100 }) };
}
