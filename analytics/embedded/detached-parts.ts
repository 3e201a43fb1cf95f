import type { Engine } from "./engine.ts";

export interface DetachedPart {
  readonly database: string;
  readonly table: string;
  readonly name: string;
  readonly reason: string;
}

/** Parts the engine set aside because they were broken: their rows are gone from every answer, without an error. */
export async function detachedParts(engine: Engine): Promise<readonly DetachedPart[]> {
  const sql =
    "SELECT database, table, name, ifNull(reason, '') AS reason FROM system.detached_parts WHERE reason LIKE 'broken%'";
  const { bytes } = await engine.run("read", sql, "JSON");
  return (JSON.parse(Buffer.from(bytes).toString()) as { data: DetachedPart[] }).data;
}

export async function engineVersion(engine: Engine): Promise<string> {
  const { bytes } = await engine.run("read", "SELECT version()", "TabSeparated");
  return Buffer.from(bytes).toString().trim();
}
