import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { z } from "zod";
import { EnvironmentKey, ExperimentKey } from "./ids.ts";
import type { SignedPlan } from "./plan.ts";
import { escapeToken } from "./topology.ts";

// How a signed plan stands in the bucket PLANS, under its environment's key. One that fits a message is there itself. A
// larger one, with long unit lists, is compressed and cut into parts in PLAN_PARTS; in PLANS stands a manifest, written
// after them. Parts are named by what they hold, so two writers of one version cannot mix theirs.

/** Room for the rest of a message below the server's default limit of 1 MiB. */
export const planPartBytes = 900_000;
/** 180 MB compressed: ten million unit ids. */
const partsMax = 200;
/** Inflated, of whoever may have written it: twice what ten million unit ids take. */
const inflatedBytesMax = 512 * 1024 ** 2;

export const PlanManifest = z.strictObject({
  format: z.literal("parts"),
  environment: EnvironmentKey,
  version: z.number().int().min(1),
  etag: z.string(),
  parts: z.number().int().min(1).max(partsMax),
  /** Of the parts laid end to end, hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Experiments that are running or paused: all that some readers want. */
  live: z.array(ExperimentKey),
});
export type PlanManifest = z.infer<typeof PlanManifest>;

export type PlanEntry =
  | { readonly kind: "manifest"; readonly manifest: PlanManifest }
  /** A signed plan, by its own word: nothing of it has been checked. */
  | { readonly kind: "plan"; readonly document: unknown };

export interface PackedPlan {
  readonly entry: Uint8Array;
  readonly parts: readonly { readonly key: string; readonly value: Uint8Array }[];
}

export async function packPlan(signed: SignedPlan): Promise<PackedPlan> {
  const plain = new TextEncoder().encode(JSON.stringify(signed));
  if (plain.length <= planPartBytes) return { entry: plain, parts: [] };
  const packed = await promisify(gzip)(plain, { level: 1 }); // unit ids are chance: a better level finds no more
  const { environment, version } = signed.plan;
  const manifest: PlanManifest = {
    format: "parts",
    environment,
    version,
    etag: signed.etag,
    parts: Math.ceil(packed.length / planPartBytes),
    sha256: sha256Of([packed]),
    live: liveIn(signed),
  };
  if (manifest.parts > partsMax)
    throw new Error(`plan ${version} of ${environment} is ${packed.length} bytes`);
  const parts = partKeys(manifest).map((key, index) => ({
    key,
    value: packed.subarray(index * planPartBytes, (index + 1) * planPartBytes),
  }));
  return { entry: new TextEncoder().encode(JSON.stringify(manifest)), parts };
}

/** Undefined for what is neither. */
export function readPlanEntry(value: Uint8Array): PlanEntry | undefined {
  try {
    const document: unknown = JSON.parse(new TextDecoder().decode(value));
    if (typeof document !== "object" || document === null || !("format" in document))
      return { kind: "plan", document };
    const manifest = PlanManifest.safeParse(document);
    return manifest.success ? { kind: "manifest", manifest: manifest.data } : undefined;
  } catch {
    return undefined;
  }
}

/** A manifest's JSON; undefined for anything else. */
export function readPlanManifest(text: string): PlanManifest | undefined {
  try {
    return PlanManifest.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Puts a plan together again; undefined when a part is missing, as after newer versions, or is not what it was. */
export async function assemblePlan(
  manifest: PlanManifest,
  read: (key: string) => Promise<Uint8Array | undefined>,
): Promise<unknown> {
  const text = await assemblePlanText(manifest, read);
  return text === undefined ? undefined : JSON.parse(text);
}

/** The same, not parsed yet. */
export async function assemblePlanText(
  manifest: PlanManifest,
  read: (key: string) => Promise<Uint8Array | undefined>,
): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  for (const key of partKeys(manifest)) {
    const part = await read(key);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  if (sha256Of(parts) !== manifest.sha256) return undefined;
  const plain = await promisify(gunzip)(Buffer.concat(parts), { maxOutputLength: inflatedBytesMax });
  return new TextDecoder().decode(plain);
}

/** The version of an entry that an environment wrote. */
export const versionOfEntry = (entry: PlanEntry): number =>
  entry.kind === "manifest" ? entry.manifest.version : (entry.document as SignedPlan).plan.version;

export const environmentOfEntry = (entry: PlanEntry): EnvironmentKey =>
  entry.kind === "manifest" ? entry.manifest.environment : (entry.document as SignedPlan).plan.environment;

/** Experiments that are running or paused in it. */
export const liveOfEntry = (entry: PlanEntry): readonly ExperimentKey[] =>
  entry.kind === "manifest" ? entry.manifest.live : liveIn(entry.document as SignedPlan);

/** The parts' keys: `<environment>.<version>.<content>.<number>`; an escaped environment holds no dot. */
const partKeys = ({ environment, version, sha256, parts }: PlanManifest): string[] =>
  Array.from(
    { length: parts },
    (_, index) => `${partPrefix(environment)}${version}.${sha256.slice(0, 16)}.${index}`,
  );

export const partPrefix = (environment: EnvironmentKey): string => `${escapeToken(environment)}.`;
export const versionOfPart = (key: string): number => Number(key.split(".")[1]);

const liveIn = ({ plan }: SignedPlan): ExperimentKey[] =>
  Object.values(plan.experiments)
    .filter(({ status }) => status === "running" || status === "paused")
    .map(({ key }) => key);

function sha256Of(parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
