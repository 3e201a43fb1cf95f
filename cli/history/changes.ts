import { canonicalJson } from "../../protocols/json.ts";

// What differs between two JSON values, as a person would say it: by member, and in lists by what an item is called
// rather than by its place, so that one rule more is one change.

/** A member without one of the two was not there, or is not any more. */
export interface Change {
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

export function changesBetween(before: unknown, after: unknown, path = ""): readonly Change[] {
  if (before === undefined) return after === undefined ? [] : [{ path, after }];
  if (after === undefined) return [{ path, before }];
  if (canonicalJson(before) === canonicalJson(after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return listChanges(before, after, path);
  if (!isObject(before) || !isObject(after)) return [{ path, before, after }];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) =>
    changesBetween(member(before, name), member(after, name), path === "" ? name : `${path}.${name}`),
  );
}

function listChanges(before: readonly unknown[], after: readonly unknown[], path: string): readonly Change[] {
  const [old, young] = [named(before), named(after)];
  if (old === undefined || young === undefined) return [{ path, before, after }];
  const names = new Set([...old.keys(), ...young.keys()]);
  const changes = [...names].flatMap((name) =>
    changesBetween(old.get(name), young.get(name), `${path}[${name}]`),
  );
  // Rules are tried from top to bottom: their order means something.
  const order = (items: ReadonlyMap<string, unknown>, others: ReadonlyMap<string, unknown>): string[] =>
    [...items.keys()].filter((name) => others.has(name));
  const [was, is] = [order(old, young), order(young, old)];
  return was.join() === is.join()
    ? changes
    : [...changes, { path: `${path} in order`, before: was, after: is }];
}

/** Items by `id` or `key`, or by themselves when they are plain; undefined when that names not each of them. */
function named(items: readonly unknown[]): ReadonlyMap<string, unknown> | undefined {
  const entries = items.map((item) => [nameOf(item), item] as const);
  const map = new Map(entries.flatMap(([name, item]) => (name === undefined ? [] : [[name, item] as const])));
  return map.size === items.length ? map : undefined;
}

function nameOf(item: unknown): string | undefined {
  if (typeof item === "string" || typeof item === "number") return String(item);
  if (!isObject(item)) return undefined;
  const name = item["id"] ?? item["key"];
  return typeof name === "string" ? name : undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const member = (object: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;
