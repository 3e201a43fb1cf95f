import { z } from "zod";
import { UnitId, type EnvironmentKey } from "../../protocols/ids.ts";
import { buckets, escapeToken } from "../../protocols/topology.ts";
import type { Connection } from "../../runtime/index.ts";

const Link = z.object({ to: UnitId });
const decoder = new TextDecoder();

/** These units, whom they are known as, and everybody else who is known as that. Reads all links of the environment. */
export async function withLinked(
  connection: Connection,
  environment: EnvironmentKey,
  units: readonly UnitId[],
): Promise<UnitId[]> {
  const bucket = await connection.bucket(buckets.identities);
  const prefix = `${escapeToken(environment)}.`;
  const canonical = new Set<string>();
  for (const unit of units) {
    const entry = await bucket.get(prefix + unit);
    canonical.add((entry === undefined ? undefined : linkOf(entry.value)) ?? unit);
  }
  const all = new Set<string>([...units, ...canonical]);
  for await (const { key, value } of connection.care?.entries(buckets.identities, prefix) ?? []) {
    const to = linkOf(value);
    if (to !== undefined && canonical.has(to)) all.add(key.slice(prefix.length));
  }
  return [...all] as UnitId[];
}

function linkOf(value: Uint8Array): UnitId | undefined {
  try {
    return Link.parse(JSON.parse(decoder.decode(value))).to;
  } catch {
    return undefined;
  }
}
