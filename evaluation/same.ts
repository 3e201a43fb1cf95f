/** Equal as JSON. Versions of a plan share what they did not change, so most comparisons end at the address. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((each, index) => isSame(each, b[index]));
  const [left, right] = [membersOf(a), membersOf(b)];
  return (
    left.length === right.length &&
    left.every(([name, value]) => Object.hasOwn(b, name) && isSame(value, (b as Members)[name]))
  );
}

type Members = Readonly<Record<string, unknown>>;

/** A member that is undefined is not there, in JSON. */
const membersOf = (value: object): readonly [string, unknown][] =>
  Object.entries(value).filter(([, member]) => member !== undefined);
