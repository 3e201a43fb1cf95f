import { z } from "zod";
import { canonicalJson } from "../../protocols/json.ts";
import { routes, type Route } from "../../protocols/routes.ts";
import type { Api } from "../api.ts";
import { CliFailure } from "../failure.ts";
import { fill } from "../replay/scratch.ts";
import type { Progress } from "../replay/progress.ts";
import type { Imported } from "./imported.ts";

// An import through the HTTP interface, as any other author's edits. Importing again changes what differs and nothing
// else, so no entity gets a version for nothing.

export interface PutOptions {
  readonly environment: string;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

export interface PutCounts {
  readonly written: number;
  readonly unchanged: number;
  /** Experiments that run, and may not be edited so: what stands is kept. */
  readonly kept: readonly string[];
}

interface Entity {
  readonly key: string;
}

const Listed = z.looseObject({
  items: z.array(z.looseObject({ entity: z.looseObject({ key: z.string() }) })),
  next: z.string().optional(),
});

export async function putAll(api: Api, imported: Imported, options: PutOptions): Promise<PutCounts> {
  const { progress } = options;
  // What others refer to goes first, though drafts are checked when they are published only.
  const kinds: readonly (readonly [entities: readonly Entity[], list: Route, put: Route])[] = [
    [imported.segments, routes.segments, routes.putSegment],
    [imported.flags, routes.flags, routes.putFlag],
    [imported.experiments, routes.experiments, routes.putExperiment],
  ];
  let [written, unchanged, done] = [0, 0, 0];
  const kept: string[] = [];
  progress.start(kinds.reduce((sum, [entities]) => sum + entities.length, 0));
  for (const [entities, list, put] of kinds) {
    const present = entities.length === 0 ? new Map<string, Entity>() : await presentOf(api, list, options);
    for (const entity of entities) {
      options.signal.throwIfAborted();
      if (holdsAll(present.get(entity.key), entity)) unchanged++;
      else if (await write(api, put, entity, options)) written++;
      else kept.push(entity.key);
      progress.at(++done);
    }
  }
  progress.end();
  return { written, unchanged, kept };
}

/** False when it may not be edited because it runs. */
async function write(
  api: Api,
  { method, path }: Route,
  entity: Entity,
  { environment, signal }: PutOptions,
): Promise<boolean> {
  const at = fill(path, { key: entity.key });
  const answer = await api.ask(method, at, { body: entity, query: { env: environment }, signal });
  if (answer.ok) return true;
  if (answer.code === "frozen") return false;
  throw new CliFailure(answer.code, `${entity.key} could not be put: ${answer.message}`);
}

async function presentOf(
  api: Api,
  { method, path }: Route,
  { environment, signal }: PutOptions,
): Promise<Map<string, Entity>> {
  const present = new Map<string, Entity>();
  let cursor: string | undefined;
  do {
    const query = { env: environment, ...(cursor === undefined ? {} : { cursor }) };
    const page = Listed.parse(await api.call(method, path, { query, signal }));
    for (const { entity } of page.items) present.set(entity.key, entity);
    cursor = page.next;
  } while (cursor !== undefined);
  return present;
}

/** The service adds members of its own (an experiment's status); what is ours must be as we would write it. */
function holdsAll(present: Entity | undefined, wanted: Entity): boolean {
  if (present === undefined) return false;
  const ours = Object.fromEntries(
    Object.keys(wanted).map((name) => [
      name,
      (present as unknown as Readonly<Record<string, unknown>>)[name],
    ]),
  );
  return canonicalJson(ours) === canonicalJson(wanted);
}
