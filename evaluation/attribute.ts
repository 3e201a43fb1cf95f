/** Reads one attribute of a context; undefined when it is missing. Never throws. */
export type ReadAttribute = (attributes: Readonly<Record<string, unknown>>) => unknown;

/**
 * A reader of a path. The member of exactly that name wins (`device.os` as one name); otherwise the dots lead inwards
 * through plain objects. Own members only: `__proto__`, `constructor` or `length` find nothing that nobody sent.
 */
export function attributeReader(path: string): ReadAttribute {
  if (!path.includes(".")) return (attributes) => ownMember(attributes, path);
  const parts = path.split(".");
  return (attributes) => {
    const exact = ownMember(attributes, path);
    if (exact !== undefined) return exact;
    let value: unknown = attributes;
    for (const part of parts) value = ownMember(value, part);
    return value;
  };
}

function ownMember(holder: unknown, name: string): unknown {
  try {
    if (typeof holder !== "object" || holder === null || Array.isArray(holder)) return undefined;
    return Object.hasOwn(holder, name) ? (holder as Readonly<Record<string, unknown>>)[name] : undefined;
  } catch {
    return undefined; // a getter or a proxy of the host's own; JSON cannot get here
  }
}
