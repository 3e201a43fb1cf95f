import type { Json } from "../../protocols/json.ts";

export const member = (value: Json | undefined, name: string): Json | undefined =>
  isBranch(value) && !Array.isArray(value) ? value[name] : undefined;

type Branch = Readonly<Record<string, Json>>;

/** Numbers and the like that differ, by their path. Things with a key are named by it. */
export function* differencesIn(
  before: Json | undefined,
  after: Json | undefined,
  path = "",
): Generator<{ readonly path: string; readonly before: Json | undefined; readonly after: Json | undefined }> {
  if (!isBranch(before) || !isBranch(after)) {
    if (JSON.stringify(before) !== JSON.stringify(after)) yield { path, before, after };
    return;
  }
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [one, other] = [before[name], after[name]];
    const label = labelOf(one ?? other) ?? name;
    yield* differencesIn(one, other, path === "" ? label : `${path}.${label}`);
  }
}

/** A list's members are looked at by their places. */
const isBranch = (value: Json | undefined): value is Branch => typeof value === "object" && value !== null;

function labelOf(value: Json | undefined): string | undefined {
  for (const name of ["key", "variant", "metric"]) {
    const found = member(value, name);
    if (typeof found === "string") return found;
  }
  return undefined;
}
