import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Directory } from "../../protocols/directory.ts";
import type { EnvironmentKey } from "../../protocols/ids.ts";
import { EpochMs } from "../../protocols/time.ts";
import { createKeys, parseKeys, type Keys } from "../../evaluation/keys.ts";
import { tokenHash } from "../../gateway/auth.ts";
import { token } from "./requests.ts";

/** Writes the keys where a gateway with this data directory finds them. */
export async function seedKeys(folder: string): Promise<Keys> {
  const text = JSON.stringify(createKeys());
  await writeFile(join(folder, "keys.json"), text);
  return parseKeys(text);
}

const createdAt = EpochMs.parse(0);

export const directoryOf = (environments: readonly EnvironmentKey[]): Directory => ({
  version: 1,
  projects: [],
  environments: environments.map((key) => ({
    key,
    project: "main",
    name: key,
    production: true,
    partitions: 8,
    createdAt,
    archived: false,
  })),
  tokens: [
    {
      hash: tokenHash(token),
      prefix: token.slice(0, 12),
      name: "bench",
      kind: "server",
      scopes: ["flags:evaluate"],
      createdAt,
    },
  ],
});
