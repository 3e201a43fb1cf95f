import { createHash } from "node:crypto";
import { canonicalJson } from "../../protocols/json.ts";
import type { Plan } from "../../protocols/plan.ts";

// The etag of a plan, as evaluation/sign.ts defines it, without writing out again what versions share: an entity is the
// same object in every version that holds the same revision of it.

const texts = new WeakMap<object, string>();
const etags = new WeakMap<Plan, string>();

/** Computed once for a plan: its receipt and its signature both want it. */
export function etagOfPlan(plan: Plan): string {
  let etag = etags.get(plan);
  if (etag === undefined) etags.set(plan, (etag = createHash("sha256").update(planText(plan)).digest("hex")));
  return etag;
}

/** Canonical JSON: members sorted, absent ones left out. */
function planText(plan: Plan): string {
  const members = sorted(plan).map(
    ([name, value]) =>
      `${JSON.stringify(name)}:${isRecord(value) ? recordText(value) : canonicalJson(value)}`,
  );
  return `{${members.join(",")}}`;
}

const recordText = (record: object): string =>
  `{${sorted(record)
    .map(
      ([key, entity]) =>
        `${JSON.stringify(key)}:${isRecord(entity) ? entityText(entity) : canonicalJson(entity)}`,
    )
    .join(",")}}`;

function entityText(entity: object): string {
  let text = texts.get(entity);
  if (text === undefined) texts.set(entity, (text = canonicalJson(entity)));
  return text;
}

const isRecord = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const sorted = (record: object): [string, unknown][] =>
  Object.entries(record)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
