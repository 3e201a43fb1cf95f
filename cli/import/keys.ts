import { keyPattern } from "../../protocols/ids.ts";
import { fnv1a32 } from "../../evaluation/hash-profiles/fnv1a32.ts";

/** Room for a suffix within the 100 characters of a key. */
const slugLengthMax = 80;

function slugOf(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9_.]+/g, "-")
    .replace(/^[-_.]+|[-_.]+$/g, "")
    .slice(0, slugLengthMax);
}

/** Eight digits that depend on the text alone: the same in the next import, in whatever order the file then is. */
export const fingerprint = (text: string): string => fnv1a32(text).toString(16).padStart(8, "0");

/**
 * Weir's keys for another system's names: a name that is a key stays as it is, others become one, and names that would
 * become the same key, or lose characters on the way, are told apart by a fingerprint.
 */
export function keysFor(names: readonly string[], fallback: string): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  const taken = new Map<string, number>();
  for (const name of new Set(names)) taken.set(slugOf(name), (taken.get(slugOf(name)) ?? 0) + 1);
  for (const name of new Set(names)) {
    const slug = slugOf(name);
    const isAlone = taken.get(slug) === 1 && slug !== "" && slug.length < slugLengthMax;
    if (keyPattern.test(name) && name.length <= slugLengthMax) keys.set(name, name);
    else if (isAlone && /^[\x20-\x7e]*$/.test(name)) keys.set(name, slug);
    else keys.set(name, `${slug === "" ? fallback : slug}-${fingerprint(name)}`);
  }
  return keys;
}

/** Like keysFor, for parts of one entity: in their order, a second "a" becomes "a-2". */
export function partKeys(names: readonly string[], fallback: string): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const base = keyPattern.test(name) ? name : slugOf(name) === "" ? fallback : slugOf(name);
    let key = base;
    for (let number = 2; taken.has(key); number++) key = `${base}-${number}`;
    taken.add(key);
    return key;
  });
}
