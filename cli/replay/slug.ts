/** Keys stay short enough that event ids made of them keep below 128 characters. */
const keyLengthMax = 40;

/** "Mens E-Mail" → "mens-e-mail": a text as a Weir key. */
export function slug(text: string, fallback: string): string {
  const ascii = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const key = ascii
    .replace(/[^a-z0-9_.]+/g, "-")
    .replace(/^[-_.]+|[-_.]+$/g, "")
    .slice(0, keyLengthMax);
  return key === "" ? fallback : key;
}

/** Keys for names, in their order, each its own: a second "a" becomes "a-2". */
export function uniqueSlugs(names: readonly string[], fallback: string): Map<string, string> {
  const taken = new Set<string>();
  const keys = new Map<string, string>();
  for (const name of names) {
    const base = slug(name, fallback);
    let key = base;
    for (let number = 2; taken.has(key); number++) key = `${base}-${number}`;
    taken.add(key);
    keys.set(name, key);
  }
  return keys;
}
