import { openHost } from "../../../runtime/index.ts";
import type { Host } from "../../../runtime/index.ts";
import { openBenchConnection } from "../actor-tools.ts";
import { counter } from "../counter.ts";

let opened: Host | undefined;

/** Serves counters, tells which shards it owns, hands them over. One host a process. */
export async function host(
  input:
    | { readonly act: "open"; readonly url: string; readonly name: string }
    | { readonly act: "shards" }
    | { readonly act: "drain" },
): Promise<readonly number[]> {
  if (input.act === "open") {
    const connection = await openBenchConnection(input.url);
    opened = await openHost({ connection, name: input.name, actors: [counter] });
  }
  if (input.act === "drain") await opened?.drain(10_000);
  return opened?.ownedShards ?? [];
}
