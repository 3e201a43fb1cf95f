export interface Difference {
  /** As a person would write it: `environments[2].name`. Empty: the values themselves. */
  readonly path: string;
  readonly one: unknown;
  readonly other: unknown;
}

/** The first place in which two values differ, depth first; undefined when they are equal. */
export function firstDifference(one: unknown, other: unknown, path = ""): Difference | undefined {
  if (Object.is(one, other)) return undefined;
  const here = { path, one, other };
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return here;
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return here;
  if (one instanceof Date) return one.getTime() === (other as Date).getTime() ? undefined : here;
  if (one instanceof Map) return ofMaps(one, other as Map<unknown, unknown>, path);
  if (one instanceof Set) return ofLists([...one], [...(other as Set<unknown>)], path);
  if (Array.isArray(one)) return ofLists(one, other as unknown[], path);
  if (ArrayBuffer.isView(one) && !(one instanceof DataView))
    return ofLists(listOf(one), listOf(other as ArrayBufferView), path);
  return ofObjects(one as Record<string, unknown>, other as Record<string, unknown>, path);
}

const listOf = (view: ArrayBufferView): ArrayLike<unknown> => view as unknown as ArrayLike<unknown>;

function ofLists(one: ArrayLike<unknown>, other: ArrayLike<unknown>, path: string): Difference | undefined {
  for (let index = 0; index < Math.max(one.length, other.length); index++) {
    const found = firstDifference(one[index], other[index], `${path}[${index}]`);
    if (found !== undefined) return found;
  }
  return one.length === other.length
    ? undefined
    : { path: `${path}.length`, one: one.length, other: other.length };
}

function ofMaps(
  one: ReadonlyMap<unknown, unknown>,
  other: ReadonlyMap<unknown, unknown>,
  path: string,
): Difference | undefined {
  for (const key of new Set([...one.keys(), ...other.keys()])) {
    const found = firstDifference(one.get(key), other.get(key), `${path}{${String(key)}}`);
    if (found !== undefined) return found;
  }
  return ofLists([...one.keys()], [...other.keys()], `${path}.keys`);
}

function ofObjects(
  one: Readonly<Record<string, unknown>>,
  other: Readonly<Record<string, unknown>>,
  path: string,
): Difference | undefined {
  for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const found = firstDifference(one[name], other[name], path === "" ? name : `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
