type Attributes = Readonly<Record<string, unknown>>;

/** Reads one attribute of a context; undefined when it is missing. Never throws. */
export type ReadAttribute = (attributes: Attributes) => unknown;

/**
 * A reader of a path. The member of exactly that name wins (`device.os` as one name); otherwise the dots lead inwards
 * through plain objects.
 */
export function attributeReader(name: string): ReadAttribute {
  const path = pathOf(name);
  return path === undefined
    ? (attributes) => memberOf(attributes, name)
    : (attributes) => valueAt(attributes, name, path);
}

/** The parts of a path; undefined when it is a single name. */
export const pathOf = (name: string): readonly string[] | undefined =>
  name.includes(".") ? name.split(".") : undefined;

/** Own members only: `__proto__`, `constructor` or `length` find nothing that nobody sent. */
export function memberOf(holder: unknown, name: string): unknown {
  try {
    if (typeof holder !== "object" || holder === null || Array.isArray(holder)) return undefined;
    // What is not there at all is the usual way to be missing, and costs no question whose it is.
    const value = (holder as Attributes)[name];
    return value !== undefined && Object.hasOwn(holder, name) ? value : undefined;
  } catch {
    return undefined; // a getter or a proxy of the host's own; JSON cannot get here
  }
}

export function valueAt(holder: unknown, name: string, path: readonly string[]): unknown {
  const exact = memberOf(holder, name);
  if (exact !== undefined) return exact;
  let value = holder;
  for (let index = 0; index < path.length; index++) value = memberOf(value, path[index] as string);
  return value;
}
