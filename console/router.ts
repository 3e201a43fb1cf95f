// Addresses to pages. The environment is a query parameter, so a link is exact.

export type Route =
  | { readonly page: "flags" }
  | { readonly page: "flag"; readonly key: string }
  | { readonly page: "experiments" }
  | { readonly page: "experiment"; readonly key: string }
  | { readonly page: "not-found"; readonly path: string };

/** Five addresses need no pattern language: a list of segments says it all, and runs everywhere. */
export function routeOf(path: string): Route {
  const [section, rawKey, ...rest] = path.split("/").filter((part) => part !== "");
  const key = rawKey === undefined ? undefined : decoded(rawKey);
  if (rest.length > 0) return { page: "not-found", path };
  if (section === undefined) return { page: "flags" };
  if (section === "flags") return key === undefined ? { page: "flags" } : { page: "flag", key };
  if (section === "experiments")
    return key === undefined ? { page: "experiments" } : { page: "experiment", key };
  return { page: "not-found", path };
}

/** A broken escape is an address that leads nowhere, not an exception. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Address of a page, with the environment and whatever else it keeps there. */
export function hrefOf(path: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined && value !== "") query.set(name, value);
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}
